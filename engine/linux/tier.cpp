#include "engine/linux/tier.hpp"

#include "engine/guest/riscv64/interpreter.hpp"

#include <fmt/format.h>

namespace diptych::linux_guest {
namespace {

class InterpreterTier final : public Tier {
 public:
  std::string_view name() const override { return "interp"; }
  Hart& hart() override { return interpreter_.hart; }
  void bind(Window& window) override { interpreter_.bind(window); }
  Stop run(Budget budget) override { return interpreter_.run(budget); }
  void code_changed(Range range) override { interpreter_.code_changed(range); }

 private:
  riscv64::Interpreter interpreter_;
};

}  // namespace

Result<std::unique_ptr<Tier>> make_tier(std::string_view name) {
  if (name == "interp") return std::make_unique<InterpreterTier>();
  return fail(ErrorKind::bad_input, fmt::format("there is no tier \"{}\"; there is interp", name));
}

}  // namespace diptych::linux_guest

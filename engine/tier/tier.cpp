#include "engine/tier/tier.hpp"

#include "engine/guest/riscv64/baseline_runner.hpp"
#include "engine/guest/riscv64/interpreter.hpp"
#include "engine/guest/riscv64/registers.hpp"
#include "engine/machine/similar_name.hpp"

#include <fmt/format.h>

#include <array>

namespace diptych {
namespace {

class InterpreterTier final : public Tier {
 public:
  std::string_view name() const override { return "interp"; }
  Hart& hart() override { return interpreter_.hart; }
  u64 program_counter() override { return interpreter_.pc(); }
  void bind(Window& window) override { interpreter_.bind(window); }
  void bind(Window& window, std::span<const Area> areas, u64 code_end) override { interpreter_.bind(window, areas, code_end); }
  Stop run(Budget budget) override { return interpreter_.run(budget); }
  Stop step(const PassedStops& passed) override { return interpreter_.step(passed); }
  void code_changed(Range range) override { interpreter_.code_changed(range); }
  void stop_at(const StopPoints* points) override { interpreter_.stop_at(points); }

 private:
  riscv64::Interpreter interpreter_;
};

// As much as a large program's code becomes; when it is full, everything is translated anew.
constexpr std::size_t code_size = 64 << 20;

class BaselineTier final : public Tier {
 public:
  explicit BaselineTier(std::unique_ptr<riscv64::BaselineRunner> runner) : runner_(std::move(runner)) {}

  std::string_view name() const override { return "baseline"; }
  Hart& hart() override { return runner_->hart; }
  u64 program_counter() override { return runner_->hart.state.words[riscv64::pc_word]; }
  void bind(Window& window) override { runner_->bind(window); }
  void bind(Window& window, std::span<const Area> areas, u64 code_end) override {
    runner_->use(window);
    runner_->bind(areas, code_end);
  }
  Stop run(Budget budget) override { return runner_->run(budget); }
  Stop step(const PassedStops& passed) override { return runner_->step(passed); }
  void code_changed(Range range) override { runner_->code_changed(range); }
  void stop_at(const StopPoints* points) override { runner_->stop_at(points); }

 private:
  std::unique_ptr<riscv64::BaselineRunner> runner_;
};

}  // namespace

Result<std::unique_ptr<Tier>> make_tier(std::string_view name, const jit::Options& options) {
  if (name == "interp") return std::make_unique<InterpreterTier>();
  if (name == "baseline") {
    auto runner = riscv64::BaselineRunner::create(options, code_size);
    if (!runner) return std::unexpected(std::move(runner).error());
    return std::make_unique<BaselineTier>(std::move(*runner));
  }
  constexpr std::array<std::string_view, 2> names = {"interp", "baseline"};
  return fail(ErrorKind::bad_input, fmt::format("there is no tier \"{}\"; there are interp and baseline{}", name, did_you_mean(name, names)));
}

}  // namespace diptych

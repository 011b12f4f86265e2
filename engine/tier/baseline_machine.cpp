#include "engine/tier/baseline_machine.hpp"

#include "engine/guest/riscv64/baseline_runner.hpp"
#include "engine/tier/bound_machine.hpp"

namespace diptych {
namespace {

// Programs of a case are small: when this is full, everything is translated anew.
constexpr std::size_t code_size = 16 << 20;

// Declared in the order in which they need one another.
struct Parts {
  Window window;
  std::unique_ptr<riscv64::BaselineRunner> runner;
};

class BaselineMachine final : public Machine {
 public:
  BaselineMachine(std::string_view name, std::unique_ptr<Parts> parts)
      : parts_(std::move(parts)), machine_(std::string(name), WindowBacking(parts_->window), *parts_->runner) {}

  const Description& describe() const override { return machine_.describe(); }
  Result<void> prepare(const Program& program) override { return machine_.prepare(program); }
  Result<void> begin(std::span<const Input> inputs, Budget budget) override { return machine_.begin(inputs, budget); }
  Result<const Outcome*> outcome(std::size_t index, Precision precision) override { return machine_.outcome(index, precision); }

 private:
  std::unique_ptr<Parts> parts_;
  BoundMachine<riscv64::BaselineRunner&, WindowBacking> machine_;
};

}  // namespace

Result<std::unique_ptr<Machine>> make_baseline_machine(const jit::Stage& stage) {
  auto window = Window::reserve();
  if (!window) return std::unexpected(std::move(window).error());
  auto parts = std::make_unique<Parts>(std::move(*window), nullptr);
  auto runner = riscv64::BaselineRunner::create(stage.options, code_size);
  if (!runner) return std::unexpected(std::move(runner).error());
  parts->runner = std::move(*runner);
  parts->runner->use(parts->window);
  return std::make_unique<BaselineMachine>(stage.name, std::move(parts));
}

}  // namespace diptych

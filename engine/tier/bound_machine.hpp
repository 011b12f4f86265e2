// A stage of the engine that runs in the caller's thread, behind the common interface.
#pragma once

#include "engine/guest/riscv64/bound.hpp"
#include "engine/guest/riscv64/interpreter.hpp"
#include "engine/guest/riscv64/registers.hpp"
#include "engine/machine/machine.hpp"

#include <type_traits>
#include <utility>

namespace diptych {

/// `Runner` is a run loop of RISC-V: Interpreter, IrRunner, or a reference to one that lives elsewhere.
template <class Runner, class Backing = HeapBacking>
class BoundMachine final : public Machine {
 public:
  template <class... Arguments>
  explicit BoundMachine(std::string name, Arguments&&... arguments)
      : description_{.name = std::move(name),
                     .version = "0.1",
                     .guests = {{Guest::riscv64, (ExtensionSet{1} << riscv64::extension_names.size()) - 1}},
                     .counts_retired = true,
                     .exact_budget = true,
                     .hides_code_end = true,
                     .by_the_rows = std::is_same_v<Runner, riscv64::Interpreter>},
        bound_(std::forward<Arguments>(arguments)...) {}

  const Description& describe() const override { return description_; }

  Result<void> prepare(const Program& program) override {
    if (program.guest != Guest::riscv64)
      return fail(ErrorKind::unsupported, description_.name + " does not run " + std::string(name_of(program.guest)));
    if (auto prepared = bound_.prepare(program); !prepared) return prepared;
    bound_.view(outcome_.memory);
    return {};
  }

  Result<void> begin(std::span<const Input> inputs, Budget budget) override {
    inputs_ = inputs;
    budget_ = budget;
    return {};
  }

  Result<const Outcome*> outcome(std::size_t index, Precision) override {
    bound_.start(inputs_[index]);
    outcome_.stop = bound_.runner().run(budget_);
    bound_.find_changes();
    riscv64::copy_state(outcome_.state, bound_.runner().hart.state);
    outcome_.retired = bound_.runner().hart.retired;
    return &outcome_;
  }

 private:
  Description description_;
  riscv64::Bound<Runner, Backing> bound_;
  std::span<const Input> inputs_;
  Budget budget_;
  Outcome outcome_;
};

}  // namespace diptych

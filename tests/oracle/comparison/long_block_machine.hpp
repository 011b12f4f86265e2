// The stage `ir` with a fault in blocks of several instructions: it shows only if a block is lifted as long as
// the program allows.
#pragma once

#include "engine/guest/riscv64/bound.hpp"
#include "engine/guest/riscv64/ir_runner.hpp"
#include "engine/machine/machine.hpp"

#include <memory>
#include <string>

namespace diptych {

class LongBlockMachine final : public Machine {
 public:
  /// A run that begins with a block of at least `length` instructions leaves a wrong bit in s11.
  LongBlockMachine(std::string name, std::size_t length) : length_(length) {
    description_ = {.name = std::move(name), .version = "1",
                    .guests = {{Guest::riscv64, (ExtensionSet{1} << riscv64::extension_names.size()) - 1}},
                    .counts_retired = true, .exact_budget = true, .hides_code_end = true};
  }

  const Description& describe() const override { return description_; }
  Result<void> prepare(const Program& program) override {
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
    riscv64::IrRunner& runner = bound_.runner();
    const ir::Block* first = runner.block_at(runner.pc());
    const bool is_long = first && first->guest.size() >= length_;
    outcome_.stop = runner.run(budget_);
    bound_.find_changes();
    outcome_.state = runner.hart.state;
    if (is_long) outcome_.state.words[27] ^= 1;
    outcome_.retired = runner.hart.retired;
    return &outcome_;
  }

 private:
  Description description_;
  std::size_t length_;
  riscv64::Bound<riscv64::IrRunner> bound_;
  std::span<const Input> inputs_;
  Budget budget_;
  Outcome outcome_;
};

}  // namespace diptych

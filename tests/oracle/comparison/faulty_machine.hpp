// The interpreter with a fault planted in one instruction: what a comparison has to find.
#pragma once

#include "engine/guest/riscv64/bound_interpreter.hpp"
#include "engine/guest/riscv64/registers.hpp"
#include "engine/machine/machine.hpp"

#include <functional>
#include <memory>
#include <string>

namespace diptych {

/// What the fault does to the state after its instruction. With no instruction named it is asked after each.
using Fault = std::function<void(GuestState& after, const riscv64::Decoded& decoded)>;

class FaultyMachine final : public Machine {
 public:
  FaultyMachine(std::string name, std::string mnemonic, Fault fault) : mnemonic_(std::move(mnemonic)), fault_(std::move(fault)) {
    description_ = {.name = std::move(name), .version = "1",
                    .guests = {{Guest::riscv64, (ExtensionSet{1} << riscv64::extension_names.size()) - 1}},
                    .counts_retired = true, .exact_budget = true, .hides_code_end = true};
  }

  /// With this, only fast runs are wrong.
  void only_when_fast() { only_fast_ = true; }
  /// With this, so many runs of a program are right before all others are wrong.
  void only_after(u64 runs) { right_runs_ = runs; }
  /// With this, the outcome is changed once the run has ended.
  void spoil(std::function<void(Outcome&, Precision)> spoil) { spoil_ = std::move(spoil); }
  /// With this, the machine promises nothing of fast runs.
  void never_exact_when_fast() { exact_when_fast_ = false; }
  Description& description() { return description_; }

  const Description& describe() const override { return description_; }
  Result<void> prepare(const Program& program) override {
    bound_.prepare(program);
    view_writable(bound_.areas(), outcome_.memory);
    runs_ = 0;
    return {};
  }
  Result<void> begin(std::span<const Input> inputs, Budget budget) override {
    inputs_ = inputs;
    budget_ = budget;
    return {};
  }
  Result<const Outcome*> outcome(std::size_t index, Precision precision) override {
    bound_.start(inputs_[index]);
    const bool warm = runs_++ >= right_runs_;
    Fault fault = fault_;  // what it remembers of a run, the next one does not know
    riscv64::Interpreter& interpreter = bound_.interpreter();
    for (u64 left = budget_.instructions;; --left) {
      const auto decoded = interpreter.at(interpreter.pc());
      const u64 before = interpreter.hart.retired;
      outcome_.stop = interpreter.run({left == 0 ? u64{0} : u64{1}});
      const bool faulty = warm && !(only_fast_ && precision == Precision::precise);
      if (faulty && interpreter.hart.retired != before && decoded && decoded->row &&
          (mnemonic_.empty() || decoded->row->mnemonic() == mnemonic_))
        fault(interpreter.hart.state, *decoded);
      if (left == 0 || outcome_.stop.kind != StopKind::budget) break;
    }
    outcome_.state = interpreter.hart.state;
    outcome_.retired = interpreter.hart.retired;
    if (spoil_) spoil_(outcome_, precision);
    return &outcome_;
  }
  bool exact_when_fast(const Stop&) const override { return exact_when_fast_; }

 private:
  Description description_;
  std::string mnemonic_;
  Fault fault_;
  std::function<void(Outcome&, Precision)> spoil_;
  bool only_fast_ = false, exact_when_fast_ = true;
  u64 right_runs_ = 0, runs_ = 0;
  riscv64::BoundInterpreter bound_;
  std::span<const Input> inputs_;
  Budget budget_;
  Outcome outcome_;
};

/// lw that forgets the sign.
inline std::unique_ptr<FaultyMachine> machine_with_unsigned_lw(std::string name) {
  return std::make_unique<FaultyMachine>(std::move(name), "lw", [](GuestState& after, const riscv64::Decoded& decoded) {
    if (decoded.operands.rd != 0) after.words[decoded.operands.rd] &= 0xffffffff;
  });
}

/// A wrong rule that takes two instructions: a sub gives one less right behind an addi.
inline std::unique_ptr<FaultyMachine> machine_with_wrong_pair(std::string name) {
  return std::make_unique<FaultyMachine>(
      std::move(name), "", [last = std::string_view()](GuestState& after, const riscv64::Decoded& decoded) mutable {
        if (last == "addi" && decoded.row->mnemonic() == "sub") --after.words[decoded.operands.rd];
        last = decoded.row->mnemonic();
      });
}

}  // namespace diptych

// The run loop of tier 0: decodes each instruction once, then evaluates it as often as it is reached.
#pragma once

#include "engine/guest/hart.hpp"
#include "engine/guest/riscv64/evaluate.hpp"
#include "engine/guest/riscv64/registers.hpp"
#include "engine/machine/program.hpp"

#include <optional>
#include <span>
#include <vector>

namespace diptych::riscv64 {

class Interpreter {
 public:
  Hart hart;

  u64& pc() { return hart.state.words[pc_word]; }

  /// Another table of functions gives the same run loop another sense: tracking what is undefined, or
  /// another implementation's known deviations.
  explicit Interpreter(std::span<const Evaluate> table = evaluations(), Evaluate illegal = evaluate_illegal)
      : table_(table), illegal_(illegal) {}

  /// Binds memory and forgets everything decoded. `code_end` is the address whose reaching is a stop.
  void bind(std::span<const Area> areas, u64 code_end);

  /// Forgets what was decoded from these bytes: for changes made from outside.
  void code_changed(Range range);

  /// Runs until a stop. Exactly `budget` instructions retire if nothing else stops it; reaching the end
  /// of the code wins over the budget. The PC and all registers are exact at every stop.
  Stop run(Budget budget);

  /// The instruction at an address, decoded; without a row where it is illegal, and nothing where it
  /// cannot be fetched. Costs nothing more where it was run since it last changed.
  std::optional<Decoded> at(u64 pc);

 private:
  struct Step {
    Evaluate evaluate = nullptr;  // nullptr: not decoded yet
    Decoded decoded;
  };
  // One executable area's steps, one every two bytes.
  struct Steps {
    u64 address = 0;
    std::vector<Step> steps;
  };

  Step* find(u64 pc);
  bool fetch(u64 pc, Step& step);

  std::span<const Evaluate> table_;
  Evaluate illegal_;
  std::vector<Steps> executable_;
  Step across_;  // an instruction that lies across two areas, decoded anew each time
  u64 code_end_ = 0;
};

}  // namespace diptych::riscv64

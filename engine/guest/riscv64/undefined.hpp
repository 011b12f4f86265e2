// Which results of a run the manual leaves open: the counters' values, code run after it was changed
// and before FENCE.I, and all that follows from either. What is open is masked in comparisons.
#pragma once

#include "engine/guest/shadow.hpp"
#include "engine/machine/program.hpp"

#include <memory>

namespace diptych::riscv64 {

class UndefinedTracker {
 public:
  UndefinedTracker();
  ~UndefinedTracker();

  /// Runs the program, following these deviations (bits numbered by enum Deviation), and says what is
  /// open at its stop.
  Shadow track(const Program& program, const Input& input, Budget budget, u64 deviations = 0);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace diptych::riscv64

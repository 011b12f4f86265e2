// Which results of a run the manual leaves open: the counters' values, code run after it was changed
// and before FENCE.I, and all that follows from either. What is open is masked in comparisons.
#pragma once

#include "engine/guest/riscv64/registers.hpp"
#include "engine/machine/program.hpp"

#include <bitset>
#include <memory>
#include <set>

namespace diptych::riscv64 {

struct Shadow {
  std::bitset<state_words> words;  ///< registers whose value is open
  std::set<u64> memory;            ///< bytes whose value is open
  std::set<u64> unsynchronized;    ///< bytes of code changed since the last FENCE.I
  bool everything = false;         ///< an open value reached an address or a branch
};

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

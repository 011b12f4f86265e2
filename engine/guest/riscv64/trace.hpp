// The instructions a run executed, one by one.
#pragma once

#include "engine/guest/riscv64/bound_interpreter.hpp"

#include <span>
#include <vector>

namespace diptych::riscv64 {

struct Traced {
  Decoded decoded;  ///< without a row where it was illegal
  u64 pc = 0;
};

/// What a machine must have to run these: the extensions of their rows, and C where one does not begin at a multiple of
/// four, which is misaligned without it.
ExtensionSet extensions_executed(std::span<const Traced> trace);

class Tracer {
 public:
  /// Every instruction begun, the one that stopped included.
  void trace(const Program& program, const Input& input, Budget budget, std::vector<Traced>& out);

  /// The state after the run traced last.
  const GuestState& state() { return bound_.interpreter().hart.state; }

 private:
  BoundInterpreter bound_;
};

}  // namespace diptych::riscv64

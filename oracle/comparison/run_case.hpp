// A case on one machine, and how far fast and precise runs of it may differ.
#pragma once

#include "corpus/case.hpp"
#include "engine/machine/machine.hpp"
#include "oracle/comparison/compare.hpp"

namespace diptych {

/// Prepares the machine for the case's program and runs its inputs in their order. The outcome is the last one's.
Result<KeptOutcome> run_case(Machine& machine, const Case& some, Precision precision);

/// Whether a machine keeps its promise if a fast run and a precise one of a case say this: see Precision and
/// Machine::exact_when_fast. The machine is still prepared for the program.
bool may_say_when_fast(const Machine& machine, Guest guest, const Outcome& fast, const Outcome& precise);

}  // namespace diptych

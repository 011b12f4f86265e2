// Tier 0: each row as a function that takes effect on a hart.
#pragma once

#include "engine/guest/hart.hpp"
#include "engine/guest/riscv64/table.hpp"

#include <span>

namespace diptych::riscv64 {

/// Executes one instruction. True: it retired, and the PC is the next one's. False: it stopped without
/// effect; `hart.stop` says why and the PC still is its own.
using Evaluate = bool (*)(Hart& hart, const Decoded& decoded);

/// One a row, in the order of rows().
std::span<const Evaluate> evaluations();

/// What an illegal instruction does.
bool evaluate_illegal(Hart& hart, const Decoded& decoded);

}  // namespace diptych::riscv64

// What of a block counts as new beside the engine's own coverage: each row with each class of its
// operands and of the values they held.
#pragma once

#include "engine/guest/riscv64/trace.hpp"
#include "engine/machine/program.hpp"

#include <span>

namespace diptych::fuzz {

/// Counts the features of a traced run where libFuzzer looks for them. It clears them by itself before
/// each execution.
void note_features(const Input& input, std::span<const riscv64::Traced> trace);

}  // namespace diptych::fuzz

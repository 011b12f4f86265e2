// What of a block counts as new beside the engine's own coverage: each row with each class of its
// operands and of the values they held.
#pragma once

#include "engine/guest/riscv64/trace.hpp"
#include "engine/machine/program.hpp"

#include <span>

namespace diptych::fuzz {

/// Of the inputs of a block, every how many-th has its values looked at.
constexpr std::size_t inputs_between = 8;

/// Counts the features of a block, whose run on the first input this is the trace of, where libFuzzer looks for them.
/// It clears them by itself before each execution.
void note_features(std::span<const Input> inputs, std::span<const riscv64::Traced> trace);

}  // namespace diptych::fuzz

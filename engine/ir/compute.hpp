// What a pure instruction's result is: shared by the evaluator and by whatever folds constants.
#pragma once

#include "engine/ir/block.hpp"

namespace diptych::ir {

struct Computed {
  u64 value = 0;  ///< its bits, zero above the type's width
  u8 flags = 0;   ///< that a floating-point operation raised
};

/// `operands` are the bits of the instruction's operands, in its order. The opcode must be pure: one of
/// those from add to float_convert.
Computed compute(const Instruction& instruction, const std::array<u64, 4>& operands);

}  // namespace diptych::ir

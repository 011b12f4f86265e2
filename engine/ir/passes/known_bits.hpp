// Which bits of a result are known without knowing its operands.
#pragma once

#include "engine/ir/passes/scratch.hpp"

#include <span>

namespace diptych::ir {

/// Of an instruction's value, given what is known of its operands', by their names. Bits above the
/// type's width are zero, here as in every value.
KnownBits known_bits(const Instruction& instruction, std::span<const Instruction> made, std::span<const KnownBits> known);

}  // namespace diptych::ir

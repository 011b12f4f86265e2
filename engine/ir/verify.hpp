// Whether a block is well formed: what every reader of IR may rely on.
#pragma once

#include "engine/ir/block.hpp"
#include "engine/machine/error.hpp"

namespace diptych::ir {

/// Checks types, that values are made before they are used, that guest instructions follow each other
/// in memory, that nothing of one has taken effect before the last place at which it may stop, that an
/// atomic update's halves belong together, that an exit on a condition is the last of its guest instruction, and that the block ends with its only terminator.
Result<void> verify(const Block& block);

}  // namespace diptych::ir

// What the passes note down while they work: kept from block to block, so that none of them allocates
// once the longest block has been seen.
#pragma once

#include "engine/ir/block.hpp"

#include <vector>

namespace diptych::ir {

/// Bits of a value known to be zero, and known to be one.
struct KnownBits {
  u64 zeros = 0;
  u64 ones = 0;
};

struct Scratch {
  std::vector<Instruction> out;        ///< the block as it is being written anew
  std::vector<ValueId> renamed;        ///< by a value's old name, its new one
  std::vector<KnownBits> known;        ///< by a value's new name
  std::vector<u64> checked;            ///< by value: the last block simplified in which it was a checked base
  u64 simplified = 0;                  ///< blocks that were, the one at work included
  std::vector<u32> marks;              ///< by value: what a pass notes of it
  std::vector<u64> table;              ///< of `common`: by hash, the value and the block it is of
  u32 block = 0;                       ///< the number of the block at work: what is of another is not there
};

}  // namespace diptych::ir

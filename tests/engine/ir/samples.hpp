// Blocks to test on: lifted from words that match rows, operands at random.
#pragma once

#include "engine/guest/riscv64/lift.hpp"
#include "engine/guest/riscv64/table.hpp"

#include <random>

namespace diptych::ir {

/// A block of at most `count` instructions, of any rows, and now and then of an illegal one.
inline Block random_block(std::mt19937_64& random, std::size_t count) {
  Block block;
  riscv64::Lifter lifter(block, 0x10000, u8(random() % 8));
  for (std::size_t i = 0; i < count; ++i) {
    const riscv64::Row& row = riscv64::rows()[random() % riscv64::rows().size()];
    const u32 word = (static_cast<u32>(random()) & ~row.encoding.mask) | row.encoding.match;
    if (!lifter.add(riscv64::decode(word))) return block;
  }
  lifter.finish();
  return block;
}

}  // namespace diptych::ir

// Operands: each kind knows what is worth trying in its place.
#pragma once

#include "fuzz/generate/code.hpp"
#include "fuzz/generate/random.hpp"
#include "fuzz/generate/shape.hpp"

namespace diptych::fuzz {

/// The registers a block prefers, few enough that results become operands.
struct Palette {
  std::array<u8, 6> x{};       ///< three of them from x8 to x15
  std::array<u8, 3> narrow{};  ///< those three
  std::array<u8, 4> singles{};
  std::array<u8, 4> doubles{};  ///< two of them from f8 to f15
  u32 pointers = 0;             ///< x registers that hold addresses
  u32 writable = 0;             ///< those of them that may be stored to
  u32 reserved = 0;             ///< x registers nothing else may write: loop counters, links

  /// Chooses what is preferred among the registers that are neither pointers nor reserved.
  void choose(Random& random);
};

/// A word of the row with all operands sampled; offsets of branches and jumps are zero, to be set by
/// their target. May also be a word of a special row that lies within this one.
u32 sample_word(const Shape& shape, const Palette& palette, Random& random);

/// Samples one operand of a word anew.
u32 sample_operand(const Shape& shape, const Operand& operand, u32 word, const Palette& palette, Random& random);

/// An x register for a result: rarely a pointer, never a reserved one.
unsigned sample_destination(const Palette& palette, Random& random);

}  // namespace diptych::fuzz

// Blocks made from blocks: edits of instructions, not of bits.
#pragma once

#include "fuzz/generate/generate.hpp"

namespace diptych::fuzz {

/// Changes one thing or a few: an instruction put in, taken out, doubled, exchanged or replaced, an
/// operand sampled anew, an immediate moved slightly, two registers exchanged throughout; the base's
/// registers, the contents of memory, the seed, the place of the code. Branches keep their targets, loops
/// that count keep counting. No extension is used that the generator leaves out, and none that the block did not use
/// where a machine lacks it. The result passes check() if the block did.
void mutate(Block& block, Random& random, Generator& generator);

/// `into` becomes the first block with a run of the second's instructions in it, and with the addresses
/// and some of the contents that those rely on. For extensions the same holds as for mutate(). Both blocks stay what they
/// were; `into` is neither.
void cross(const Block& first, const Block& second, Random& random, const Extensions& extensions, Block& into);

/// The most instructions mutate() and cross() let a block grow to.
constexpr std::size_t largest_edited = 48;

}  // namespace diptych::fuzz

// Blocks made from the instruction table.
#pragma once

#include "fuzz/generate/block.hpp"
#include "fuzz/generate/compose.hpp"
#include "fuzz/generate/mix.hpp"

#include <vector>

namespace diptych::fuzz {

struct Options {
  Mix mix = Mix::mixed;
  ExtensionSet extensions = ~ExtensionSet{0};  ///< rows of others do not occur
};

class Generator final : public RowSource {
 public:
  /// For one guest; RISC-V is the one there are rows of.
  explicit Generator(Guest guest = Guest::riscv64);

  /// A new block of 4 to about 24 instructions, which passes check(). Half of the rows are those drawn
  /// least often so far, so that each comes up evenly and early. The same dice and the same calls before
  /// give the same block. What `block` holds is reused.
  void generate(Random& random, const Options& options, Block& block);
  Block generate(Random& random, const Options& options = {});

  /// Makes ready to edit a block that prefers these registers; any_row() now gives what is of use there.
  /// The extensions stay those of the last generate(). Bit manipulation has its own switch because the
  /// widest-used reference lacks it and abstains from blocks that contain it.
  Palette& edit(const Palette& palette, bool bit_manipulation);

  /// A row to put into the block at hand, traps left out.
  const Shape& any_row(Random& random);
  const Shape& plain_row(Random& random) override;
  bool permits(const Shape& shape) const override;

 private:
  // Rows in random order, dealt out one by one and shuffled when all were.
  struct Deck {
    std::vector<u16> rows;
    std::size_t dealt = 0;
    u16 draw(Random& random);
  };

  void allow(ExtensionSet extensions, bool bit_manipulation);
  const Shape& draw(Deck& deck, Random& random);
  bool usable(const Shape& shape) const;
  void compose(Code& code, Random& random, Mix mix);
  void add_trap(Code& code, Random& random);
  void add_fault(Code& code, Random& random, Block& block);

  Deck general_, bits_, traps_;
  Palette palette_;
  ExtensionSet permitted_ = ~ExtensionSet{0};   // by the options
  ExtensionSet extensions_ = ~ExtensionSet{0};  // and in the block at hand
  bool bit_manipulation_ = true;
  u64 blocks_ = 0;
};

/// Flips one or two bits of the word, which stays of its length and does not become ecall.
u32 near_miss(u32 word, Random& random);

/// The preferences of somebody who edits this block.
Palette palette_of(const Block& block, const Code& code, Random& random);

}  // namespace diptych::fuzz

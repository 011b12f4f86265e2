// Blocks made from the instruction table.
#pragma once

#include "engine/guest/riscv64/trace.hpp"
#include "fuzz/generate/block.hpp"
#include "fuzz/generate/compose.hpp"
#include "fuzz/generate/deck.hpp"
#include "fuzz/generate/profile.hpp"
#include "fuzz/generate/reserved_words.hpp"

#include <vector>

namespace diptych::fuzz {

/// Which extensions blocks may use, so that a machine with few of them is compared too.
struct Extensions {
  ExtensionSet all = ~ExtensionSet{0};  ///< rows of others do not occur
  std::vector<ExtensionSet> narrower;   ///< of machines that have less: three blocks of four keep to one of these

  /// The smallest of these sets that holds all that was used.
  ExtensionSet smallest_with(ExtensionSet used) const;
};

struct Options {
  Mix mix = Mix::mixed;
};

class Generator final : public RowSource {
 public:
  /// For one guest; RISC-V is the one there are rows of.
  explicit Generator(Guest guest = Guest::riscv64, Extensions extensions = {});

  /// A new block of 4 to about 24 instructions, which passes check(). Half of the rows are those drawn
  /// least often so far, so that each comes up evenly and early. The same dice and the same calls before
  /// give the same block. What `block` holds is reused.
  void generate(Random& random, const Options& options, Block& block);
  Block generate(Random& random, const Options& options = {});

  const Extensions& extensions() const { return extensions_; }

  /// Makes ready to edit a block that prefers these registers and uses these extensions; any_row() now gives what is
  /// of use there, from the smallest set of extensions that holds them. Else edits would spread the extensions that
  /// one machine lacks to most blocks, and it could not run them.
  Palette& edit(const Palette& palette, ExtensionSet used);

  /// A row to put into the block at hand, traps left out.
  const Shape& any_row(Random& random);
  const Shape& plain_row(Random& random) override;
  bool permits(const Shape& shape) const override;

 private:
  ExtensionSet choose_extensions(Random& random) const;
  const Shape& draw(Deck& deck, Random& random);
  bool usable(const Shape& shape) const;
  void compose(Code& code, Random& random, const Profile& profile);
  void add_trap(Code& code, Random& random);
  void add_fault(Code& code, Random& random, Block& block, unsigned base);

  Deck general_, bits_, traps_;
  ReservedWords words_;
  riscv64::Tracer tracer_;
  Extensions extensions_;
  ExtensionSet used_ = ~ExtensionSet{0};  // by the block at hand, at most
  Palette palette_;
  u64 blocks_ = 0;
};

/// Puts a no-op in the place of each instruction of another extension.
void keep_to(Code& code, ExtensionSet extensions);

/// Flips one or two bits of the word, which stays of its length and does not become ecall.
u32 near_miss(u32 word, Random& random);

/// The preferences of somebody who edits this block.
Palette palette_of(const Block& block, const Code& code, Random& random);

}  // namespace diptych::fuzz

// Words that are reserved, illegal, or next to one that is: what a decoder may take for an instruction.
#pragma once

#include "fuzz/generate/compose.hpp"
#include "fuzz/generate/deck.hpp"
#include "fuzz/generate/sample.hpp"

namespace diptych::fuzz {

class ReservedWords {
 public:
  ReservedWords();

  /// All words of 16 bits come up in turn; so does each row with each of its literal bits flipped; and rows with a
  /// literal field of any other value, or with one that a field must not have. No word jumps or branches, for where
  /// to would be left to chance; and none is of a row that is not permitted.
  u32 draw(const RowSource& source, const Palette& palette, Random& random);

 private:
  u32 any_halfword(const Palette&, Random& random) { return halfwords_.draw(random); }
  u32 flipped_bit(const Palette& palette, Random& random);
  u32 other_literal(const Palette& palette, Random& random);
  u32 excluded_value(const Palette& palette, Random& random);

  Deck halfwords_;
  Deck rows_;
  Deck literals_;  ///< row * 32 + bit
  Deck excluding_;  ///< rows with a field that must not have some value
};

}  // namespace diptych::fuzz

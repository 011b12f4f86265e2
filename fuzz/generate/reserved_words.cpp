#include "fuzz/generate/reserved_words.hpp"

#include "fuzz/generate/weighted.hpp"

namespace diptych::fuzz {
namespace {

bool may_stand_anywhere(const RowSource& source, u32 word) {
  const u16 row = row_of(word);
  if (row == no_row) return true;
  const Shape& shape = shapes()[row];
  return source.permits(shape) && (shape.flow == Flow::next || shape.flow == Flow::trap);
}

// The parts of a word of 32 bits, and of one of 16, that the manual draws as boxes.
constexpr u32 wide_parts[] = {0x0000007c, 0x00000f80, 0x00007000, 0x000f8000, 0x01f00000, 0x06000000, 0xf8000000, 0xfe000000};
constexpr u32 narrow_parts[] = {0x0000001c, 0x00000060, 0x00000380, 0x00000c00, 0x0000e000, 0x00001000, 0x0000007c, 0x00000f80};

}  // namespace

ReservedWords::ReservedWords() {
  for (u32 word = 0; word < 0x10000; ++word)
    if ((word & 3) != 3) halfwords_.cards.push_back(u16(word));
  for (const Shape& shape : shapes()) {
    rows_.cards.push_back(shape.index);
    for (u16 bit = 2; bit < 8 * shape.length; ++bit)
      if ((shape.row->encoding.mask >> bit & 1) != 0) literals_.cards.push_back(u16(shape.index * 32 + bit));
    for (const Operand& operand : shape.all())
      if (operand.field->excluded_count != 0) {
        excluding_.cards.push_back(shape.index);
        break;
      }
  }
  for (Deck* deck : {&halfwords_, &rows_, &literals_, &excluding_}) deck->finish();
}

u32 ReservedWords::flipped_bit(const Palette& palette, Random& random) {
  const u16 card = literals_.draw(random);
  return sample_word(shapes()[card / 32], palette, random) ^ u32{1} << (card % 32);
}

u32 ReservedWords::other_literal(const Palette& palette, Random& random) {
  const Shape& shape = shapes()[rows_.draw(random)];
  const u32 literal = shape.row->encoding.mask & ~u32{3};
  u32 part = 0;
  while ((part & literal) == 0) part = shape.length == 4 ? random.pick(wide_parts) : random.pick(narrow_parts);
  return sample_word(shape, palette, random) ^ (u32(random.next()) & part & literal);
}

u32 ReservedWords::excluded_value(const Palette& palette, Random& random) {
  const Shape& shape = shapes()[excluding_.draw(random)];
  u32 word = sample_word(shape, palette, random);
  for (const Operand& operand : shape.all())
    if (const u8 count = operand.field->excluded_count; count != 0)
      word = operand.field->insert(word, operand.field->excluded[random.below(count)]);
  return word;
}

u32 ReservedWords::draw(const RowSource& source, const Palette& palette, Random& random) {
  using Draw = u32 (ReservedWords::*)(const Palette&, Random&);
  // There are 49,152 halfwords and 4,000 literal bits, which 200,000 runs of the mix `all` go through twice; few rows exclude values, but any of those may be forgotten.
  static constexpr auto kinds = weighted<Draw>({{6, &ReservedWords::any_halfword},
                                                {12, &ReservedWords::flipped_bit},
                                                {4, &ReservedWords::other_literal},
                                                {2, &ReservedWords::excluded_value}});
  for (;;) {
    const u32 word = (this->*kinds.pick(random))(palette, random);
    constexpr u32 ecall = 0x00000073;
    if (word != ecall && may_stand_anywhere(source, word)) return word;
  }
}

}  // namespace diptych::fuzz

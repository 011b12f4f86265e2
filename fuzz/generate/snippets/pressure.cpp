#include "fuzz/generate/snippets/row_list.hpp"
#include "fuzz/generate/snippets/snippets.hpp"

namespace diptych::fuzz {
namespace {

bool computes(const Shape& shape) {
  return shape.length == 4 && shape.flow == Flow::next && shape.memory == Memory::none &&
         shape.operand(OperandKind::rd) && !shape.operand(OperandKind::csr);
}

const RowList& on_integers() {
  static const RowList all([](const Shape& shape) {
    const Operand* from = shape.operand(OperandKind::rs1);
    return computes(shape) && !shape.operand(OperandKind::rd)->floating && from && !from->floating;
  });
  return all;
}
const RowList& on_singles() {
  static const RowList all([](const Shape& shape) {
    return computes(shape) && shape.operand(OperandKind::rd)->floating && shape.operand(OperandKind::rd)->single;
  });
  return all;
}
const RowList& on_doubles() {
  static const RowList all([](const Shape& shape) {
    return computes(shape) && shape.operand(OperandKind::rd)->floating && !shape.operand(OperandKind::rd)->single;
  });
  return all;
}

}  // namespace

void live_integers(Composer& composer) {
  Random& random = composer.random();
  const u32 free = ~(composer.palette().pointers | composer.palette().reserved | 1);
  unsigned into = random.below(32);
  for (std::size_t left = 12 + random.below(16); left > 0; --left) {
    do into = (into + 1) % 32;
    while ((free >> into & 1) == 0);
    const Shape* row = on_integers().pick(composer);
    u32 word = sample_word(*row, composer.palette(), random);
    // From registers all over the file, so that none is dead, and a quarter of them plain copies.
    if (random.chance(1, 4)) {
      row = &shape_named("addi");
      word = row->row->encoding.match;
    }
    word = with_register(*row, word, OperandKind::rs1, random.below(32));
    word = with_register(*row, word, OperandKind::rs2, random.below(32));
    composer.append(*row, with_register(*row, word, OperandKind::rd, into));
  }
}

void live_floats(Composer& composer) {
  Random& random = composer.random();
  // A host may keep the two formats in different registers, so that only results of one make it short of them.
  const bool single = random.chance(1, 4);
  unsigned into = random.below(16);
  for (std::size_t left = 18 + random.below(12); left > 0; --left) {
    const Shape* row = (single ? on_singles() : on_doubles()).pick(composer);
    if (!row) return;
    u32 word = sample_word(*row, composer.palette(), random);
    for (const Operand& operand : row->all()) {
      if (!operand.is_register() || !operand.floating) continue;
      // Singles in those with even numbers, as everywhere.
      const unsigned number = operand.destination ? into++ : random.below(16);
      word = operand.with_number(word, number * 2 % 32 + (operand.single ? 0 : 1));
    }
    composer.append(*row, word);
  }
}

}  // namespace diptych::fuzz

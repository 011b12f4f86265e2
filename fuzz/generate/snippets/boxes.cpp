#include "fuzz/generate/named_rows.hpp"
#include "fuzz/generate/snippets/constants.hpp"
#include "fuzz/generate/snippets/row_list.hpp"
#include "fuzz/generate/snippets/snippets.hpp"

#include <bit>
#include <cmath>

namespace diptych::fuzz {
namespace {

// Whose first operand is a number of that width, and no integer.
bool takes(const Shape& shape, bool single) {
  const Operand* first = shape.operand(OperandKind::rs1);
  return shape.length == 4 && shape.memory == Memory::none && first && first->floating && first->single == single;
}

const RowList& on_doubles() {
  static const RowList all([](const Shape& shape) { return takes(shape, false); });
  return all;
}
const RowList& on_singles() {
  static const RowList all([](const Shape& shape) { return takes(shape, true); });
  return all;
}
const RowList& to_integers() {
  static const RowList all([](const Shape& shape) {
    const Operand* into = shape.operand(OperandKind::rd);
    return shape.operand(OperandKind::rm) && into && !into->floating && (takes(shape, false) || takes(shape, true));
  });
  return all;
}

void append_on(Composer& composer, const Shape& row, unsigned f) {
  composer.append(row, row.operand(OperandKind::rs1)->with_number(sample_word(row, composer.palette(), composer.random()), f));
}

}  // namespace

void half_boxed(Composer& composer) {
  Random& random = composer.random();
  const u32 usable = composer.palette().pointers & composer.palette().writable;
  const Shape &store = shape_named("sd"), &load = shape_named("fld");
  const Shape *first = on_doubles().pick(composer), *second = on_singles().pick(composer);
  if (usable == 0 || !first || !second || !composer.source().permits(load)) return;
  const Reservation until_end(composer);
  const unsigned base = random.bit_of(usable), value = composer.reserve_register();
  const unsigned f = composer.palette().doubles[random.below(4)];
  constexpr u32 boxes[] = {0xffff0000, 0x0000ffff, 0xfffffffe, 0x7fffffff, 0xfffeffff, 0xff000000};
  append_constant(composer, value, u64{random.pick(boxes)} << 32 | u32(random.next()));
  // Through memory, or it would be a constant to every pass.
  composer.append(store, with(store, {.rs1 = base, .rs2 = value}));
  composer.append(load, with(load, {.rd = f, .rs1 = base}));
  if (random.chance(3, 4)) append_on(composer, *first, f);
  append_on(composer, *second, f);
}

void conversion_limits(Composer& composer) {
  Random& random = composer.random();
  const Shape* convert = to_integers().pick(composer);
  if (!convert) return;
  const bool single = convert->operand(OperandKind::rs1)->single;
  const Shape& move = shape_named(single ? "fmv.w.x" : "fmv.d.x");
  if (!composer.source().permits(move)) return;
  const Reservation until_end(composer);
  const unsigned value = composer.reserve_register(), f = composer.palette().doubles[random.below(4)] & ~(single ? 1u : 0u);
  constexpr u8 widths[] = {0, 31, 32, 63, 64};
  const u8 width = random.pick(widths);
  u64 limit = single ? std::bit_cast<u32>(std::ldexp(1.0f, width)) : std::bit_cast<u64>(std::ldexp(1.0, width));
  limit += u64(random.between(-3, 1));
  if (random.chance(1, 3)) limit |= single ? u64{1} << 31 : u64{1} << 63;
  append_constant(composer, value, limit);
  composer.append(move, with(move, {.rd = f, .rs1 = value}));
  append_on(composer, *convert, f);
}

}  // namespace diptych::fuzz

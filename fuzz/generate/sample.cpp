#include "fuzz/generate/sample.hpp"

#include "engine/guest/riscv64/vocabulary.hpp"

namespace diptych::fuzz {
namespace {

constexpr u32 narrow_mask = 0xff00;
constexpr u32 even = 0x55555555;  // what any_anchor keeps aligned

unsigned sample_source(const Palette& palette, bool compressed, Random& random) {
  const u32 r = random.below(64);
  if (compressed) return r < 40 ? palette.narrow[r % 3] : 8 + r % 8;
  if (r < 4) return 0;
  return r < 46 ? palette.x[r % 6] : random.below(32);
}

unsigned sample_narrow_destination(const Palette& palette, Random& random) {
  for (int tries = 0; tries < 4; ++tries) {
    const unsigned some = 8 + random.below(8);
    const u32 bit = u32{1} << some;
    if ((palette.reserved & bit) == 0 && ((palette.pointers & bit) == 0 || random.chance(1, 16))) return some;
  }
  return palette.narrow[random.below(3)];
}

unsigned sample_float(const Operand& operand, const Palette& palette, Random& random) {
  const u32 r = random.below(64);
  if (operand.compressed) return r < 40 ? palette.doubles[r % 2] : 8 + r % 8;
  if (r < 44) return operand.single ? palette.singles[r % 4] : palette.doubles[r % 4];
  if (r < 60) return (random.below(32) & ~1u) | (operand.single ? 0 : 1);
  return random.below(32);
}

unsigned sample_base(const Shape& shape, bool compressed, const Palette& palette, Random& random) {
  u32 good = compressed ? palette.pointers & narrow_mask : palette.pointers;
  if (shape.stores() && (good & palette.writable) != 0 && !random.chance(1, 128)) good &= palette.writable;
  if (shape.atomic() && (good & even) != 0 && !random.chance(1, 64)) good &= even;
  if (good == 0 || random.chance(1, 512)) return compressed ? 8 + random.below(8) : random.below(32);
  return random.bit_of(good);
}

unsigned sample_register(const Shape& shape, const Operand& operand, u32 word, const Palette& palette, Random& random) {
  if (operand.base) return sample_base(shape, operand.compressed, palette, random);
  const u32 r = random.below(64);
  // The same register twice is where a translator that renames or reorders goes wrong.
  if (operand.kind != OperandKind::rs1 && operand.kind != OperandKind::rd && r < 8) {
    const Operand* first = shape.operand(OperandKind::rs1);
    if (first && first->floating == operand.floating && first->compressed == operand.compressed && !first->base)
      return first->number_in(word);
  }
  if (operand.floating) return sample_float(operand, palette, random);
  if (!operand.destination) return sample_source(palette, operand.compressed, random);
  if (operand.compressed) return sample_narrow_destination(palette, random);
  return sample_destination(palette, random);
}

// The result over one of its operands, decided when those are known.
u32 alias_result(const Shape& shape, u32 word, const Palette& palette, Random& random) {
  const u32 r = random.below(64);
  if (r >= 20) return word;
  const Operand* result = shape.operand(OperandKind::rd);
  const Operand* source = shape.operand(r < 12 ? OperandKind::rs1 : r < 18 ? OperandKind::rs2 : OperandKind::rs3);
  if (!result || !source || source->floating != result->floating || source->compressed != result->compressed)
    return word;
  const u8 number = source->number_in(word);
  if (!result->floating && ((palette.reserved | palette.pointers) >> number & 1) != 0) return word;
  return result->with_number(word, number);
}

u32 sample_shift(unsigned width, Random& random) {
  constexpr u8 edges[] = {0, 1, 31, 32, 63, 15, 16, 8, 33, 62};
  return random.chance(1, 2) ? random.pick(edges) : random.below(u32{1} << width);
}

u32 sample_csr(Random& random) {
  using namespace riscv64;
  const u32 r = random.below(128);
  if (r < 124) {
    constexpr u16 of_floats[] = {csr_fflags, csr_fflags, csr_frm, csr_fcsr};
    return random.pick(of_floats);
  }
  constexpr u16 counters[] = {csr_cycle, csr_time, csr_instret};
  if (r < 127) return random.pick(counters);
  constexpr u16 others[] = {0x000, 0x004, 0x005, 0x008, 0x100, 0x300, 0x340, 0x7c0, 0x800, 0xc03, 0xc20, 0xf14};
  return random.pick(others);
}

u32 sample_rounding(Random& random) {
  const u32 r = random.below(256);
  if (r == 0) return 5 + random.below(2);
  return r < 140 ? 7 : r % 5;
}

u32 sample_displacement(const Shape& shape, unsigned width, bool is_signed, Random& random) {
  const u32 r = random.below(64);
  if (r < 10) return 0;
  if (r < 44) return random.below(is_signed ? 16 : 8) * shape.access;
  if (!is_signed) return u32(random.next()) & ((u32{1} << width) - 1);
  if (r < 50) return u32(-i32(1 + random.below(16)) * i32(shape.access));
  if (r < 55) return u32(i32(random.below(129)) - 64);
  constexpr i32 edges[] = {2047, -2048, 2040, -2047, 1024, -1024};
  return r < 57 ? u32(random.pick(edges)) : u32(random.next());
}

u32 sample_immediate(unsigned width, Random& random) {
  const u64 r = random.next();
  switch (r % 8) {
    case 0:
      return 0;
    case 1:
      return 1;
    case 2:
      return ~u32{0};
    case 3:
      return u32{1} << (r >> 8) % width;
    case 4:
      return ~u32{0} << (r >> 8) % width;
    case 5:
      return (u32{1} << (width - 1)) - u32(r >> 8 & 1);
    default:
      return u32(r >> 32);
  }
}

u32 sample_value(const Shape& shape, const Operand& operand, Random& random) {
  const unsigned width = operand.field->width;
  switch (operand.kind) {
    case OperandKind::rm:
      return sample_rounding(random);
    case OperandKind::shamt:
      return sample_shift(width, random);
    case OperandKind::csr:
      return sample_csr(random);
    case OperandKind::fence:
      return random.chance(3, 4) && operand.field->name == "fm" ? 0 : random.below(16);
    case OperandKind::zimm: {
      constexpr u8 edges[] = {0, 1, 2, 3, 4, 0, 8, 16, 31, 17};
      return random.chance(15, 16) ? random.pick(edges) : random.below(32);
    }
    case OperandKind::immediate:
      if (shape.offset == operand.field) return 0;
      if (shape.flow == Flow::indirect) return 0;
      if (shape.memory != Memory::none) return sample_displacement(shape, width, operand.sign_width != 0, random);
      return sample_immediate(width, random);
    default:
      return random.below(2);
  }
}

}  // namespace

void Palette::choose(Random& random) {
  const u32 free = ~(pointers | reserved | 1);
  u32 narrow_free = free & narrow_mask, wide_free = free & ~narrow_mask;
  for (std::size_t i = 0; i < x.size(); ++i) {
    u32& from = i < narrow.size() ? narrow_free : wide_free;
    if (from == 0) from = free;
    x[i] = random.bit_of(from);
    from &= ~(u32{1} << x[i]);
  }
  const unsigned any_narrow = 8 + random.below(8);
  for (std::size_t i = 0; i < narrow.size(); ++i) narrow[i] = x[i] >= 8 && x[i] < 16 ? x[i] : u8(any_narrow);
  for (u8& single : singles) single = u8(2 * random.below(16));
  for (u8& one : doubles) one = u8(2 * random.below(16) + 1);
  doubles[0] = u8(9 + 2 * random.below(4));
  doubles[1] = u8(9 + 2 * random.below(4));
}

unsigned sample_destination(const Palette& palette, Random& random) {
  const u32 r = random.below(64);
  if (r < 2) return 0;
  if (r < 46) {
    const u8 preferred = palette.x[r % 6];
    if ((palette.reserved >> preferred & 1) == 0) return preferred;
  }
  for (int tries = 0; tries < 4; ++tries) {
    const unsigned some = random.below(32);
    const u32 bit = u32{1} << some;
    if ((palette.reserved & bit) == 0 && ((palette.pointers & bit) == 0 || random.chance(1, 8))) return some;
  }
  return 0;
}

u32 sample_operand(const Shape& shape, const Operand& operand, u32 word, const Palette& palette, Random& random) {
  const Field& field = *operand.field;
  for (int tries = 0; tries < 8; ++tries) {
    const u32 tried = operand.is_register()
                          ? operand.with_number(word, sample_register(shape, operand, word, palette, random))
                          : field.insert(word, sample_value(shape, operand, random));
    if (field.excluded_count == 0 || field.permits(field.extract(tried))) return tried;
  }
  // Excluded are zero, two, or both; so one of the powers of two that the field can hold is permitted.
  for (u32 some = 1;; some <<= 1) {
    const u32 tried = field.insert(word, some);
    if (field.permits(field.extract(tried))) return tried;
  }
}

u32 sample_word(const Shape& shape, const Palette& palette, Random& random) {
  u32 word = shape.row->encoding.match;
  // From the last operand to the first: those the others may be the same as come first.
  const Operand* first = shape.operand(OperandKind::rs1);
  if (first) word = sample_operand(shape, *first, word, palette, random);
  for (const Operand& operand : shape.all())
    if (&operand != first) word = sample_operand(shape, operand, word, palette, random);
  word = alias_result(shape, word, palette, random);
  const Operand* csr = shape.operand(OperandKind::csr);
  if (csr) {
    // What only reads must write nothing; and a rounding mode from a register is reserved too often.
    const u32 number = csr->field->extract(word);
    const Operand* source = shape.operand(shape.operand(OperandKind::zimm) ? OperandKind::zimm : OperandKind::rs1);
    if (riscv64::csr_read_only(u16(number)) && random.chance(7, 8)) word = source->field->insert(word, 0);
    if (number != riscv64::csr_fflags && source->kind == OperandKind::rs1 && random.chance(7, 8))
      word = source->field->insert(word, 0);
  }
  const Operand* result = shape.operand(OperandKind::rd);
  if (result && !result->field->permits(result->field->extract(word)))
    word = sample_operand(shape, *result, word, palette, random);
  return word;
}

}  // namespace diptych::fuzz

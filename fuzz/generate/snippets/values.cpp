#include "fuzz/generate/named_rows.hpp"
#include "fuzz/generate/snippets/constants.hpp"
#include "fuzz/generate/snippets/row_list.hpp"
#include "fuzz/generate/snippets/snippets.hpp"
#include "fuzz/generate/values.hpp"

#include <utility>

namespace diptych::fuzz {
namespace {

bool computes(const Shape& shape) {
  return shape.length == 4 && shape.flow == Flow::next && shape.memory == Memory::none && shape.operand(OperandKind::rd);
}

// Of two operands or three.
const RowList& operations() {
  static const RowList all([](const Shape& shape) { return computes(shape) && shape.operand(OperandKind::rs2); });
  return all;
}
const RowList& integer_operations() {
  static const RowList all([](const Shape& shape) {
    const Operand *right = shape.operand(OperandKind::rs2), *into = shape.operand(OperandKind::rd);
    return computes(shape) && right && !right->floating && into && !into->floating;
  });
  return all;
}
const RowList& stores_of_integers() {
  static const RowList all{"sb", "sh", "sw", "sd"};
  return all;
}

// What leaves bits of its result known.
const RowList& narrowing() {
  static const RowList all{"andi", "andi", "ori", "slli", "srli", "srli", "srai", "slliw", "srliw", "sraiw", "addiw",
                           "lbu", "lhu", "lwu", "lb", "lh", "lw", "slti", "sltu", "zext.h", "sext.b", "sext.h", "bexti",
                           "bseti", "bclri", "clz", "ctzw", "cpop", "lui", "and", "or", "slli.uw"};
  return all;
}
const RowList& comparing() {
  static const RowList all{"slt", "slt", "sltu", "min", "max", "minu", "maxu", "beq", "bne", "blt", "blt", "bge", "bge",
                           "bltu", "bgeu", "slti", "slti", "sltiu", "divw", "div", "remu", "mulhsu", "sra", "sraw"};
  return all;
}

unsigned any_source(Composer& composer) { return composer.palette().x[composer.random().below(6)]; }

}  // namespace

void same_operands(Composer& composer) {
  Random& random = composer.random();
  const Shape* operation = operations().pick(composer);
  if (!operation) return;
  const Reservation until_end(composer);
  u32 word = sample_word(*operation, composer.palette(), random);
  const u32 form = random.below(4);
  if (form == 0) {
    // One register everywhere, the result sometimes too.
    const unsigned x = any_source(composer), f = composer.palette().doubles[random.below(4)] & ~1u;
    const bool result_too = random.chance(1, 3);
    for (const Operand& operand : operation->all()) {
      if (!operand.is_register() || (operand.destination && !result_too)) continue;
      word = operand.with_number(word, operand.floating ? f | (operand.single ? 0 : 1) : x);
    }
  } else {
    // The same constant or several; floating-point operands get theirs through an integer register.
    const unsigned x = composer.reserve_register();
    const u64 value = random.chance(1, 2) ? edge_constant(random) : any_integer(random);
    append_constant(composer, x, value);
    for (const Operand& operand : operation->all()) {
      if (!operand.is_register() || operand.destination) continue;
      unsigned from = x;
      if (form == 2 && random.chance(1, 2)) {
        from = composer.reserve_register();
        append_constant(composer, from, random.chance(1, 2) ? value : edge_constant(random));
      }
      if (!operand.floating) {
        word = operand.with_number(word, from);
        continue;
      }
      const Shape& move = shape_named(operand.single && random.chance(1, 2) ? "fmv.w.x" : "fmv.d.x");
      if (!composer.source().permits(move)) continue;
      composer.append(move, with(move, {.rd = operand.number_in(word), .rs1 = from}));
    }
  }
  composer.append(*operation, word);
}

void known_bits_compared(Composer& composer) {
  Random& random = composer.random();
  const Reservation until_end(composer);
  const unsigned narrow = composer.reserve_register();
  unsigned from = any_source(composer);
  for (u32 left = 1 + random.below(3); left > 0; --left) {
    const Shape* row = narrowing().pick(composer);
    if (row->memory != Memory::none && composer.palette().pointers == 0) row = named_rows().andi;
    u32 word = with_register(*row, sample_word(*row, composer.palette(), random), OperandKind::rd, narrow);
    if (row->memory == Memory::none) word = with_register(*row, word, OperandKind::rs1, from);
    composer.append(*row, word);
    from = narrow;
  }
  // Against a power of two, its neighbours, or any value, on either side.
  unsigned other = any_source(composer);
  const u64 power = u64{1} << random.below(random.chance(3, 4) ? 12 : 64);
  u64 bound = power + u64(random.between(-1, 1));
  if (random.chance(1, 4)) bound = -bound;
  if (random.chance(2, 3)) append_constant(composer, other = composer.reserve_register(), bound);
  const Shape* compare = comparing().pick(composer);
  u32 word = sample_word(*compare, composer.palette(), random);
  const bool narrow_first = random.chance(2, 3);
  word = with_register(*compare, word, OperandKind::rs1, narrow_first || !compare->operand(OperandKind::rs2) ? narrow : other);
  word = with_register(*compare, word, OperandKind::rs2, narrow_first ? other : narrow);
  if (!compare->offset) return composer.append(*compare, with_immediate(*compare, word, u32(bound)));
  composer.append_branch(*compare, word);
}

void lone_sign_bit(Composer& composer) {
  const NamedRows& rows = named_rows();
  Random& random = composer.random();
  constexpr std::pair<std::string_view, u32> extensions[] = {{"addiw", 31}, {"addiw", 31}, {"sext.h", 15}, {"sext.b", 7}};
  const auto [mnemonic, sign] = random.pick(extensions);
  const Shape &compare = shape_named("sltu"), &extend = shape_named(mnemonic);
  if (!composer.source().permits(extend)) return;
  const Reservation until_end(composer);
  const unsigned bit = composer.reserve_register(), extended = composer.reserve_register();
  composer.append(compare, with(compare, {.rd = bit, .rs1 = any_source(composer), .rs2 = any_source(composer)}));
  const u32 shift = with(*rows.slli, {.rd = bit, .rs1 = bit});
  composer.append(*rows.slli, rows.slli->operand(OperandKind::shamt)->field->insert(shift, sign));
  composer.append(extend, with(extend, {.rd = extended, .rs1 = bit}));
}

void host_immediates(Composer& composer) {
  Random& random = composer.random();
  const Reservation until_end(composer);
  const unsigned constant = composer.reserve_register();
  append_constant(composer, constant, edge_constant(random));
  // Kept in memory, or an operand of one operation or two.
  if (random.chance(1, 4) && (composer.palette().pointers & composer.palette().writable) != 0) {
    const Shape* store = stores_of_integers().pick(composer);
    const u32 word = sample_word(*store, composer.palette(), random);
    return composer.append(*store, with_register(*store, word, OperandKind::rs2, constant));
  }
  for (u32 left = 1 + random.below(2); left > 0; --left) {
    const bool compares = random.chance(1, 3);
    const Shape* operation = compares ? comparing().pick(composer) : integer_operations().pick(composer);
    u32 word = sample_word(*operation, composer.palette(), random);
    const bool first = random.chance(1, 4) || !operation->operand(OperandKind::rs2);
    word = with_register(*operation, word, first ? OperandKind::rs1 : OperandKind::rs2, constant);
    if (operation->offset) composer.append_branch(*operation, word);
    else composer.append(*operation, word);
  }
}

}  // namespace diptych::fuzz

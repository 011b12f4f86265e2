#include "fuzz/generate/snippets/constants.hpp"

#include "fuzz/generate/named_rows.hpp"

namespace diptych::fuzz {

void append_constant(Composer& composer, unsigned into, u64 value) {
  const NamedRows& rows = named_rows();
  const u64 low = u64(i64(value << 52) >> 52);
  if (value == low) return composer.append(*rows.addi, with(*rows.addi, {.rd = into, .imm = u32(value)}));
  if (value == u64(i64(i32(u32(value))))) {
    composer.append(*rows.lui, with(*rows.lui, {.rd = into, .imm = u32(value) + 0x800}));
    if (low != 0) composer.append(*rows.addiw, with(*rows.addiw, {.rd = into, .rs1 = into, .imm = u32(value)}));
    return;
  }
  append_constant(composer, into, u64(i64(value - low) >> 12));
  const u32 shift = with(*rows.slli, {.rd = into, .rs1 = into});
  composer.append(*rows.slli, rows.slli->operand(OperandKind::shamt)->field->insert(shift, 12));
  if (low != 0) composer.append(*rows.addi, with(*rows.addi, {.rd = into, .rs1 = into, .imm = u32(low)}));
}

u64 edge_constant(Random& random) {
  // Twice where the host's encodings change: a byte, a word, and a word that is not extended by its sign.
  constexpr u8 widths[] = {7, 7, 8, 11, 12, 15, 16, 31, 31, 31, 32, 32, 63};
  const u64 edge = (u64{1} << random.pick(widths)) + u64(random.between(-2, 1));
  return random.chance(1, 3) ? -edge : edge;
}

}  // namespace diptych::fuzz

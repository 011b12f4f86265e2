// The operands of a RISC-V instruction, as its meaning reads them.
#pragma once

#include "engine/guest/encoding.hpp"
#include "engine/machine/integers.hpp"

#include <string_view>

namespace diptych::riscv64 {

struct Operands {
  u8 rd = 0, rs1 = 0, rs2 = 0, rs3 = 0;  ///< register numbers, compressed ones already widened
  u8 rm = 0;                             ///< rounding mode as encoded, 7 for dynamic
  u8 shamt = 0;
  u8 zimm = 0;  ///< the five-bit immediate of the csr..i forms
  u8 aq = 0, rl = 0, fm = 0, pred = 0, succ = 0;
  u16 csr = 0;
  i64 imm = 0;   ///< sign-extended from its highest bit
  u64 uimm = 0;  ///< zero-extended
};

/// Width of a field that an encoding names without brackets; 0 for a name RISC-V does not have.
constexpr u32 field_width(std::string_view name) {
  if (name == "rd" || name == "rs1" || name == "rs2" || name == "rs3" || name == "zimm") return 5;
  if (name == "rd'" || name == "rs1'" || name == "rs2'" || name == "rm") return 3;
  if (name == "csr") return 12;
  if (name == "fm" || name == "pred" || name == "succ") return 4;
  if (name == "aq" || name == "rl") return 1;
  return 0;
}

/// Sets the operand a field names. Public so that the generator can ask what a value would mean.
constexpr void set_operand(Operands& operands, const Field& field, u32 value) {
  const std::string_view name = field.name;
  if (name == "rd") operands.rd = u8(value);
  else if (name == "rs1") operands.rs1 = u8(value);
  else if (name == "rs2") operands.rs2 = u8(value);
  else if (name == "rs3") operands.rs3 = u8(value);
  else if (name == "rd'") operands.rd = u8(value + 8);
  else if (name == "rs1'") operands.rs1 = u8(value + 8);
  else if (name == "rs2'") operands.rs2 = u8(value + 8);
  else if (name == "rm") operands.rm = u8(value);
  else if (name == "shamt") operands.shamt = u8(value);
  else if (name == "zimm") operands.zimm = u8(value);
  else if (name == "aq") operands.aq = u8(value);
  else if (name == "rl") operands.rl = u8(value);
  else if (name == "fm") operands.fm = u8(value);
  else if (name == "pred") operands.pred = u8(value);
  else if (name == "succ") operands.succ = u8(value);
  else if (name == "csr") operands.csr = u16(value);
  else if (name == "uimm") operands.uimm = value;
  else if (name == "imm")
    operands.imm = static_cast<i64>(static_cast<u64>(value) << (64 - field.width)) >> (64 - field.width);
}

constexpr Operands extract_operands(const Encoding& encoding, u32 word) {
  Operands operands;
  for (u8 i = 0; i < encoding.field_count; ++i)
    set_operand(operands, encoding.fields[i], encoding.fields[i].extract(word));
  return operands;
}

}  // namespace diptych::riscv64

// The operands of a RISC-V instruction, as its meaning reads them.
#pragma once

#include "engine/guest/encoding.hpp"
#include "engine/machine/integers.hpp"

#include <iterator>
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

  bool operator==(const Operands&) const = default;
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

/// Which operand a field is, so that decoding compares no names.
enum class OperandName : u8 {
  rd, rs1, rs2, rs3, narrow_rd, narrow_rs1, narrow_rs2, rm, shamt, zimm, aq, rl, fm, pred, succ, csr, uimm, imm, none,
};

constexpr OperandName operand_named(std::string_view name) {
  constexpr std::string_view names[] = {"rd", "rs1", "rs2", "rs3", "rd'", "rs1'", "rs2'", "rm", "shamt",
                                        "zimm", "aq", "rl", "fm", "pred", "succ", "csr", "uimm", "imm"};
  u8 at = 0;
  while (at < std::size(names) && names[at] != name) ++at;
  return OperandName(at);
}

/// `width` is the field's.
constexpr void set_operand(Operands& operands, OperandName name, u8 width, u32 value) {
  switch (name) {
    case OperandName::rd: operands.rd = u8(value); break;
    case OperandName::rs1: operands.rs1 = u8(value); break;
    case OperandName::rs2: operands.rs2 = u8(value); break;
    case OperandName::rs3: operands.rs3 = u8(value); break;
    case OperandName::narrow_rd: operands.rd = u8(value + 8); break;
    case OperandName::narrow_rs1: operands.rs1 = u8(value + 8); break;
    case OperandName::narrow_rs2: operands.rs2 = u8(value + 8); break;
    case OperandName::rm: operands.rm = u8(value); break;
    case OperandName::shamt: operands.shamt = u8(value); break;
    case OperandName::zimm: operands.zimm = u8(value); break;
    case OperandName::aq: operands.aq = u8(value); break;
    case OperandName::rl: operands.rl = u8(value); break;
    case OperandName::fm: operands.fm = u8(value); break;
    case OperandName::pred: operands.pred = u8(value); break;
    case OperandName::succ: operands.succ = u8(value); break;
    case OperandName::csr: operands.csr = u16(value); break;
    case OperandName::uimm: operands.uimm = value; break;
    case OperandName::imm:
      operands.imm = static_cast<i64>(static_cast<u64>(value) << (64 - width)) >> (64 - width);
      break;
    case OperandName::none: break;
  }
}

/// Sets the operand a field names. Public so that the generator can ask what a value would mean.
constexpr void set_operand(Operands& operands, const Field& field, u32 value) {
  set_operand(operands, operand_named(field.name), field.width, value);
}

constexpr Operands extract_operands(const Encoding& encoding, u32 word) {
  Operands operands;
  for (u8 i = 0; i < encoding.field_count; ++i)
    set_operand(operands, encoding.fields[i], encoding.fields[i].extract(word));
  return operands;
}

}  // namespace diptych::riscv64

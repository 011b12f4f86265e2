// The rows that patterns are made of, found by name once, and words of them with chosen operands.
#pragma once

#include "fuzz/generate/shape.hpp"

namespace diptych::fuzz {

struct NamedRows {
  const Shape* add = &shape_named("add");
  const Shape* addi = &shape_named("addi");
  const Shape* addiw = &shape_named("addiw");
  const Shape* andi = &shape_named("andi");
  const Shape* auipc = &shape_named("auipc");
  const Shape* blt = &shape_named("blt");
  const Shape* bltu = &shape_named("bltu");
  const Shape* bne = &shape_named("bne");
  const Shape* c_addi = &shape_named("c.addi");
  const Shape* c_bnez = &shape_named("c.bnez");
  const Shape* c_j = &shape_named("c.j");
  const Shape* c_jalr = &shape_named("c.jalr");
  const Shape* c_jr = &shape_named("c.jr");
  const Shape* c_li = &shape_named("c.li");
  const Shape* fence_i = &shape_named("fence.i");
  const Shape* jal = &shape_named("jal");
  const Shape* jalr = &shape_named("jalr");
  const Shape* lr_d = &shape_named("lr.d");
  const Shape* lr_w = &shape_named("lr.w");
  const Shape* lui = &shape_named("lui");
  const Shape* lw = &shape_named("lw");
  const Shape* sc_d = &shape_named("sc.d");
  const Shape* sc_w = &shape_named("sc.w");
  const Shape* sd = &shape_named("sd");
  const Shape* slli = &shape_named("slli");
  const Shape* srli = &shape_named("srli");
  const Shape* sub = &shape_named("sub");
  const Shape* sw = &shape_named("sw");
};

inline const NamedRows& named_rows() {
  static const NamedRows all;
  return all;
}

struct Chosen {
  unsigned rd = 0, rs1 = 0, rs2 = 0;
  u32 imm = 0;
};

/// The word with these operands, and zero in all others.
inline u32 with(const Shape& shape, Chosen chosen) {
  u32 word = shape.row->encoding.match;
  for (const Operand& operand : shape.all()) switch (operand.kind) {
      case OperandKind::rd:
        word = operand.with_number(word, chosen.rd);
        break;
      case OperandKind::rs1:
        word = operand.with_number(word, chosen.rs1);
        break;
      case OperandKind::rs2:
        word = operand.with_number(word, chosen.rs2);
        break;
      case OperandKind::immediate:
        word = operand.field->insert(word, chosen.imm);
        break;
      default:
        break;
    }
  return word;
}

}  // namespace diptych::fuzz

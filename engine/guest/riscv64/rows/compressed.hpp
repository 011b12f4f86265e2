// C: the compressed instructions of RV64, with C.FLD and C.FSD. What the manual calls a HINT executes;
// what it calls reserved matches no row.
#pragma once

#include "engine/guest/riscv64/rows/row_words.hpp"

namespace diptych::riscv64 {

template <class Insn>
constexpr auto compressed_rows(Insn insn) {
  using namespace meaning;
  return std::to_array({
      // Quadrant 0.
      insn("c.addi4spn rd', sp, uimm", "000 nzuimm[5:4|9:6|2|3] rd' 00",        [](auto& m, auto& o) { m.x(o.rd, m.x(2) + o.uimm); }),
      insn("c.fld frd', uimm(rs1')",   "001 uimm[5:3] rs1' uimm[7:6] rd' 00",   [](auto& m, auto& o) { m.f(o.rd, m.template load<u64>(m.x(o.rs1) + o.uimm)); }),
      insn("c.lw rd', uimm(rs1')",     "010 uimm[5:3] rs1' uimm[2|6] rd' 00",   [](auto& m, auto& o) { m.x(o.rd, m.template load<i32>(m.x(o.rs1) + o.uimm)); }),
      insn("c.ld rd', uimm(rs1')",     "011 uimm[5:3] rs1' uimm[7:6] rd' 00",   [](auto& m, auto& o) { m.x(o.rd, m.template load<u64>(m.x(o.rs1) + o.uimm)); }),
      insn("c.fsd frs2', uimm(rs1')",  "101 uimm[5:3] rs1' uimm[7:6] rs2' 00",  [](auto& m, auto& o) { m.store(m.x(o.rs1) + o.uimm, m.f(o.rs2)); }),
      insn("c.sw rs2', uimm(rs1')",    "110 uimm[5:3] rs1' uimm[2|6] rs2' 00",  [](auto& m, auto& o) { m.store(m.x(o.rs1) + o.uimm, to<u32>(m.x(o.rs2))); }),
      insn("c.sd rs2', uimm(rs1')",    "111 uimm[5:3] rs1' uimm[7:6] rs2' 00",  [](auto& m, auto& o) { m.store(m.x(o.rs1) + o.uimm, m.x(o.rs2)); }),

      // Quadrant 1.
      insn("c.nop",                    "000 imm[5] 00000 imm[4:0] 01",          [](auto&, auto&) {}),
      insn("c.addi rd, imm",           "000 imm[5] rd!=0 imm[4:0] 01",          [](auto& m, auto& o) { m.x(o.rd, m.x(o.rd) + o.imm); }),
      insn("c.addiw rd, imm",          "001 imm[5] rd!=0 imm[4:0] 01",          [](auto& m, auto& o) { m.x(o.rd, to<i32>(m.x(o.rd)) + o.imm); }),
      insn("c.li rd, imm",             "010 imm[5] rd imm[4:0] 01",             [](auto& m, auto& o) { m.x(o.rd, o.imm); }),
      insn("c.addi16sp sp, imm",       "011 nzimm[9] 00010 nzimm[4|6|8:7|5] 01", [](auto& m, auto& o) { m.x(2, m.x(2) + o.imm); }),
      insn("c.lui rd, imm>>12",        "011 nzimm[17] rd!=2 nzimm[16:12] 01",   [](auto& m, auto& o) { m.x(o.rd, o.imm); }),
      insn("c.srli rs1', shamt",       "100 shamt[5] 00 rs1' shamt[4:0] 01",    [](auto& m, auto& o) { m.x(o.rs1, m.x(o.rs1) >> o.shamt); }),
      insn("c.srai rs1', shamt",       "100 shamt[5] 01 rs1' shamt[4:0] 01",    [](auto& m, auto& o) { m.x(o.rs1, to<i64>(m.x(o.rs1)) >> o.shamt); }),
      insn("c.andi rs1', imm",         "100 imm[5] 10 rs1' imm[4:0] 01",        [](auto& m, auto& o) { m.x(o.rs1, m.x(o.rs1) & o.imm); }),
      insn("c.sub rs1', rs2'",         "100 0 11 rs1' 00 rs2' 01",              [](auto& m, auto& o) { m.x(o.rs1, m.x(o.rs1) - m.x(o.rs2)); }),
      insn("c.xor rs1', rs2'",         "100 0 11 rs1' 01 rs2' 01",              [](auto& m, auto& o) { m.x(o.rs1, m.x(o.rs1) ^ m.x(o.rs2)); }),
      insn("c.or rs1', rs2'",          "100 0 11 rs1' 10 rs2' 01",              [](auto& m, auto& o) { m.x(o.rs1, m.x(o.rs1) | m.x(o.rs2)); }),
      insn("c.and rs1', rs2'",         "100 0 11 rs1' 11 rs2' 01",              [](auto& m, auto& o) { m.x(o.rs1, m.x(o.rs1) & m.x(o.rs2)); }),
      insn("c.subw rs1', rs2'",        "100 1 11 rs1' 00 rs2' 01",              [](auto& m, auto& o) { m.x(o.rs1, to<i32>(m.x(o.rs1)) - to<i32>(m.x(o.rs2))); }),
      insn("c.addw rs1', rs2'",        "100 1 11 rs1' 01 rs2' 01",              [](auto& m, auto& o) { m.x(o.rs1, to<i32>(m.x(o.rs1)) + to<i32>(m.x(o.rs2))); }),
      insn("c.j imm",                  "101 imm[11|4|9:8|10|6|7|3:1|5] 01",     [](auto& m, auto& o) { m.jump_to(o.imm); }),
      insn("c.beqz rs1', imm",         "110 imm[8|4:3] rs1' imm[7:6|2:1|5] 01", [](auto& m, auto& o) { m.branch(m.x(o.rs1) == 0, o.imm); }),
      insn("c.bnez rs1', imm",         "111 imm[8|4:3] rs1' imm[7:6|2:1|5] 01", [](auto& m, auto& o) { m.branch(m.x(o.rs1) != 0, o.imm); }),

      // Quadrant 2.
      insn("c.slli rd, shamt",         "000 shamt[5] rd shamt[4:0] 10",         [](auto& m, auto& o) { m.x(o.rd, m.x(o.rd) << o.shamt); }),
      insn("c.fldsp frd, uimm(sp)",    "001 uimm[5] rd uimm[4:3|8:6] 10",       [](auto& m, auto& o) { m.f(o.rd, m.template load<u64>(m.x(2) + o.uimm)); }),
      insn("c.lwsp rd, uimm(sp)",      "010 uimm[5] rd!=0 uimm[4:2|7:6] 10",    [](auto& m, auto& o) { m.x(o.rd, m.template load<i32>(m.x(2) + o.uimm)); }),
      insn("c.ldsp rd, uimm(sp)",      "011 uimm[5] rd!=0 uimm[4:3|8:6] 10",    [](auto& m, auto& o) { m.x(o.rd, m.template load<u64>(m.x(2) + o.uimm)); }),
      insn("c.jr rs1",                 "100 0 rs1!=0 00000 10",                 [](auto& m, auto& o) { m.jump_indirect(m.x(o.rs1)); }),
      insn("c.mv rd, rs2",             "100 0 rd rs2!=0 10",                    [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs2)); }),
      insn("c.ebreak",                 "100 1 00000 00000 10",                  [](auto& m, auto&) { m.breakpoint(); }),
      insn("c.jalr rs1",               "100 1 rs1!=0 00000 10",                 [](auto& m, auto& o) { m.jump_indirect(m.x(o.rs1)); m.x(1, m.next()); }),
      insn("c.add rd, rs2",            "100 1 rd rs2!=0 10",                    [](auto& m, auto& o) { m.x(o.rd, m.x(o.rd) + m.x(o.rs2)); }),
      insn("c.fsdsp frs2, uimm(sp)",   "101 uimm[5:3|8:6] rs2 10",              [](auto& m, auto& o) { m.store(m.x(2) + o.uimm, m.f(o.rs2)); }),
      insn("c.swsp rs2, uimm(sp)",     "110 uimm[5:2|7:6] rs2 10",              [](auto& m, auto& o) { m.store(m.x(2) + o.uimm, to<u32>(m.x(o.rs2))); }),
      insn("c.sdsp rs2, uimm(sp)",     "111 uimm[5:3|8:6] rs2 10",              [](auto& m, auto& o) { m.store(m.x(2) + o.uimm, m.x(o.rs2)); }),
  });
}

}  // namespace diptych::riscv64

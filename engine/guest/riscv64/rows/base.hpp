// RV64I: the base integer instructions.
#pragma once

#include "engine/guest/riscv64/rows/row_words.hpp"

namespace diptych::riscv64 {

template <class Insn>
constexpr auto base_rows(Insn insn) {
  using namespace meaning;
  return std::to_array({
      insn("lui rd, imm>>12",       "imm[31:12] rd 0110111",                       [](auto& m, auto& o) { m.x(o.rd, o.imm); }),
      insn("auipc rd, imm>>12",     "imm[31:12] rd 0010111",                       [](auto& m, auto& o) { m.x(o.rd, m.pc() + static_cast<u64>(o.imm)); }),

      insn("jal rd, imm",           "imm[20|10:1|11|19:12] rd 1101111",            [](auto& m, auto& o) { m.jump_to(o.imm); m.x(o.rd, m.next()); }),
      insn("jalr rd, imm(rs1)",     "imm[11:0] rs1 000 rd 1100111",                [](auto& m, auto& o) { m.jump_indirect(m.x(o.rs1) + o.imm); m.x(o.rd, m.next()); }),
      insn("beq rs1, rs2, imm",     "imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011", [](auto& m, auto& o) { m.branch(m.x(o.rs1) == m.x(o.rs2), o.imm); }),
      insn("bne rs1, rs2, imm",     "imm[12|10:5] rs2 rs1 001 imm[4:1|11] 1100011", [](auto& m, auto& o) { m.branch(m.x(o.rs1) != m.x(o.rs2), o.imm); }),
      insn("blt rs1, rs2, imm",     "imm[12|10:5] rs2 rs1 100 imm[4:1|11] 1100011", [](auto& m, auto& o) { m.branch(to<i64>(m.x(o.rs1)) < to<i64>(m.x(o.rs2)), o.imm); }),
      insn("bge rs1, rs2, imm",     "imm[12|10:5] rs2 rs1 101 imm[4:1|11] 1100011", [](auto& m, auto& o) { m.branch(to<i64>(m.x(o.rs1)) >= to<i64>(m.x(o.rs2)), o.imm); }),
      insn("bltu rs1, rs2, imm",    "imm[12|10:5] rs2 rs1 110 imm[4:1|11] 1100011", [](auto& m, auto& o) { m.branch(m.x(o.rs1) < m.x(o.rs2), o.imm); }),
      insn("bgeu rs1, rs2, imm",    "imm[12|10:5] rs2 rs1 111 imm[4:1|11] 1100011", [](auto& m, auto& o) { m.branch(m.x(o.rs1) >= m.x(o.rs2), o.imm); }),

      insn("lb rd, imm(rs1)",       "imm[11:0] rs1 000 rd 0000011",                [](auto& m, auto& o) { m.x(o.rd, m.template load<i8>(m.x(o.rs1) + o.imm)); }),
      insn("lh rd, imm(rs1)",       "imm[11:0] rs1 001 rd 0000011",                [](auto& m, auto& o) { m.x(o.rd, m.template load<i16>(m.x(o.rs1) + o.imm)); }),
      insn("lw rd, imm(rs1)",       "imm[11:0] rs1 010 rd 0000011",                [](auto& m, auto& o) { m.x(o.rd, m.template load<i32>(m.x(o.rs1) + o.imm)); }),
      insn("ld rd, imm(rs1)",       "imm[11:0] rs1 011 rd 0000011",                [](auto& m, auto& o) { m.x(o.rd, m.template load<u64>(m.x(o.rs1) + o.imm)); }),
      insn("lbu rd, imm(rs1)",      "imm[11:0] rs1 100 rd 0000011",                [](auto& m, auto& o) { m.x(o.rd, m.template load<u8>(m.x(o.rs1) + o.imm)); }),
      insn("lhu rd, imm(rs1)",      "imm[11:0] rs1 101 rd 0000011",                [](auto& m, auto& o) { m.x(o.rd, m.template load<u16>(m.x(o.rs1) + o.imm)); }),
      insn("lwu rd, imm(rs1)",      "imm[11:0] rs1 110 rd 0000011",                [](auto& m, auto& o) { m.x(o.rd, m.template load<u32>(m.x(o.rs1) + o.imm)); }),
      insn("sb rs2, imm(rs1)",      "imm[11:5] rs2 rs1 000 imm[4:0] 0100011",      [](auto& m, auto& o) { m.store(m.x(o.rs1) + o.imm, to<u8>(m.x(o.rs2))); }),
      insn("sh rs2, imm(rs1)",      "imm[11:5] rs2 rs1 001 imm[4:0] 0100011",      [](auto& m, auto& o) { m.store(m.x(o.rs1) + o.imm, to<u16>(m.x(o.rs2))); }),
      insn("sw rs2, imm(rs1)",      "imm[11:5] rs2 rs1 010 imm[4:0] 0100011",      [](auto& m, auto& o) { m.store(m.x(o.rs1) + o.imm, to<u32>(m.x(o.rs2))); }),
      insn("sd rs2, imm(rs1)",      "imm[11:5] rs2 rs1 011 imm[4:0] 0100011",      [](auto& m, auto& o) { m.store(m.x(o.rs1) + o.imm, m.x(o.rs2)); }),

      insn("addi rd, rs1, imm",     "imm[11:0] rs1 000 rd 0010011",                [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) + o.imm); }),
      insn("slti rd, rs1, imm",     "imm[11:0] rs1 010 rd 0010011",                [](auto& m, auto& o) { m.x(o.rd, to<i64>(m.x(o.rs1)) < o.imm); }),
      insn("sltiu rd, rs1, imm",    "imm[11:0] rs1 011 rd 0010011",                [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) < o.imm); }),
      insn("xori rd, rs1, imm",     "imm[11:0] rs1 100 rd 0010011",                [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) ^ o.imm); }),
      insn("ori rd, rs1, imm",      "imm[11:0] rs1 110 rd 0010011",                [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) | o.imm); }),
      insn("andi rd, rs1, imm",     "imm[11:0] rs1 111 rd 0010011",                [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) & o.imm); }),
      insn("slli rd, rs1, shamt",   "000000 shamt[5:0] rs1 001 rd 0010011",        [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) << o.shamt); }),
      insn("srli rd, rs1, shamt",   "000000 shamt[5:0] rs1 101 rd 0010011",        [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) >> o.shamt); }),
      insn("srai rd, rs1, shamt",   "010000 shamt[5:0] rs1 101 rd 0010011",        [](auto& m, auto& o) { m.x(o.rd, to<i64>(m.x(o.rs1)) >> o.shamt); }),
      insn("add rd, rs1, rs2",      "0000000 rs2 rs1 000 rd 0110011",              [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) + m.x(o.rs2)); }),
      insn("sub rd, rs1, rs2",      "0100000 rs2 rs1 000 rd 0110011",              [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) - m.x(o.rs2)); }),
      insn("sll rd, rs1, rs2",      "0000000 rs2 rs1 001 rd 0110011",              [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) << (m.x(o.rs2) & 63)); }),
      insn("slt rd, rs1, rs2",      "0000000 rs2 rs1 010 rd 0110011",              [](auto& m, auto& o) { m.x(o.rd, to<i64>(m.x(o.rs1)) < to<i64>(m.x(o.rs2))); }),
      insn("sltu rd, rs1, rs2",     "0000000 rs2 rs1 011 rd 0110011",              [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) < m.x(o.rs2)); }),
      insn("xor rd, rs1, rs2",      "0000000 rs2 rs1 100 rd 0110011",              [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) ^ m.x(o.rs2)); }),
      insn("srl rd, rs1, rs2",      "0000000 rs2 rs1 101 rd 0110011",              [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) >> (m.x(o.rs2) & 63)); }),
      insn("sra rd, rs1, rs2",      "0100000 rs2 rs1 101 rd 0110011",              [](auto& m, auto& o) { m.x(o.rd, to<i64>(m.x(o.rs1)) >> to<i64>(m.x(o.rs2) & 63)); }),
      insn("or rd, rs1, rs2",       "0000000 rs2 rs1 110 rd 0110011",              [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) | m.x(o.rs2)); }),
      insn("and rd, rs1, rs2",      "0000000 rs2 rs1 111 rd 0110011",              [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) & m.x(o.rs2)); }),

      insn("addiw rd, rs1, imm",    "imm[11:0] rs1 000 rd 0011011",                [](auto& m, auto& o) { m.x(o.rd, to<i32>(m.x(o.rs1)) + o.imm); }),
      insn("slliw rd, rs1, shamt",  "0000000 shamt[4:0] rs1 001 rd 0011011",       [](auto& m, auto& o) { m.x(o.rd, to<i32>(m.x(o.rs1)) << o.shamt); }),
      insn("srliw rd, rs1, shamt",  "0000000 shamt[4:0] rs1 101 rd 0011011",       [](auto& m, auto& o) { m.x(o.rd, to<i32>(to<u32>(m.x(o.rs1)) >> o.shamt)); }),
      insn("sraiw rd, rs1, shamt",  "0100000 shamt[4:0] rs1 101 rd 0011011",       [](auto& m, auto& o) { m.x(o.rd, to<i32>(m.x(o.rs1)) >> o.shamt); }),
      insn("addw rd, rs1, rs2",     "0000000 rs2 rs1 000 rd 0111011",              [](auto& m, auto& o) { m.x(o.rd, to<i32>(m.x(o.rs1)) + to<i32>(m.x(o.rs2))); }),
      insn("subw rd, rs1, rs2",     "0100000 rs2 rs1 000 rd 0111011",              [](auto& m, auto& o) { m.x(o.rd, to<i32>(m.x(o.rs1)) - to<i32>(m.x(o.rs2))); }),
      insn("sllw rd, rs1, rs2",     "0000000 rs2 rs1 001 rd 0111011",              [](auto& m, auto& o) { m.x(o.rd, to<i32>(m.x(o.rs1)) << to<i32>(m.x(o.rs2) & 31)); }),
      insn("srlw rd, rs1, rs2",     "0000000 rs2 rs1 101 rd 0111011",              [](auto& m, auto& o) { m.x(o.rd, to<i32>(to<u32>(m.x(o.rs1)) >> to<u32>(m.x(o.rs2) & 31))); }),
      insn("sraw rd, rs1, rs2",     "0100000 rs2 rs1 101 rd 0111011",              [](auto& m, auto& o) { m.x(o.rd, to<i32>(m.x(o.rs1)) >> to<i32>(m.x(o.rs2) & 31)); }),

      // One hart in order: every fence holds already. Reserved fm, rs1 and rd are to be ignored.
      insn("fence pred, succ",      "fm pred succ rs1 000 rd 0001111",             [](auto&, auto&) {}),
      insn.special("fence.tso",     "1000 0011 0011 00000 000 00000 0001111",      [](auto&, auto&) {}),
      insn.special("pause",         "0000 0001 0000 00000 000 00000 0001111",      [](auto&, auto&) {}),
      insn("ecall",                 "000000000000 00000 000 00000 1110011",        [](auto& m, auto&) { m.system_call(); }),
      insn("ebreak",                "000000000001 00000 000 00000 1110011",        [](auto& m, auto&) { m.breakpoint(); }),
  });
}

}  // namespace diptych::riscv64

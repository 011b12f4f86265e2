// F: single-precision floating point.
#pragma once

#include "engine/guest/riscv64/rows/float_words.hpp"

namespace diptych::riscv64 {

template <class Insn>
constexpr auto single_rows(Insn insn) {
  using namespace meaning;
  return std::to_array({
      insn("flw frd, imm(rs1)",                 "imm[11:0] rs1 010 rd 0000111",              [](auto& m, auto& o) { m.s_bits(o.rd, m.template load<u32>(m.x(o.rs1) + o.imm)); }),
      insn("fsw frs2, imm(rs1)",                "imm[11:5] rs2 rs1 010 imm[4:0] 0100111",    [](auto& m, auto& o) { m.store(m.x(o.rs1) + o.imm, to<u32>(m.f(o.rs2))); }),
      insn("fmadd.s frd, frs1, frs2, frs3, rm", "rs3 00 rs2 rs1 rm rd 1000011",              [](auto& m, auto& o) { m.s(o.rd, m.fused(m.rounding(o.rm), m.s(o.rs1), m.s(o.rs2), m.s(o.rs3))); }),
      insn("fmsub.s frd, frs1, frs2, frs3, rm", "rs3 00 rs2 rs1 rm rd 1000111",              [](auto& m, auto& o) { m.s(o.rd, m.fused(m.rounding(o.rm), m.s(o.rs1), m.s(o.rs2), m.negate(m.s(o.rs3)))); }),
      insn("fnmsub.s frd, frs1, frs2, frs3, rm", "rs3 00 rs2 rs1 rm rd 1001011",              [](auto& m, auto& o) { m.s(o.rd, m.fused(m.rounding(o.rm), m.negate(m.s(o.rs1)), m.s(o.rs2), m.s(o.rs3))); }),
      insn("fnmadd.s frd, frs1, frs2, frs3, rm", "rs3 00 rs2 rs1 rm rd 1001111",              [](auto& m, auto& o) { m.s(o.rd, m.fused(m.rounding(o.rm), m.negate(m.s(o.rs1)), m.s(o.rs2), m.negate(m.s(o.rs3)))); }),
      insn("fadd.s frd, frs1, frs2, rm",        "0000000 rs2 rs1 rm rd 1010011",             [](auto& m, auto& o) { m.s(o.rd, m.template compute<FloatOperation::add, f32>(m.rounding(o.rm), m.s(o.rs1), m.s(o.rs2))); }),
      insn("fsub.s frd, frs1, frs2, rm",        "0000100 rs2 rs1 rm rd 1010011",             [](auto& m, auto& o) { m.s(o.rd, m.template compute<FloatOperation::subtract, f32>(m.rounding(o.rm), m.s(o.rs1), m.s(o.rs2))); }),
      insn("fmul.s frd, frs1, frs2, rm",        "0001000 rs2 rs1 rm rd 1010011",             [](auto& m, auto& o) { m.s(o.rd, m.template compute<FloatOperation::multiply, f32>(m.rounding(o.rm), m.s(o.rs1), m.s(o.rs2))); }),
      insn("fdiv.s frd, frs1, frs2, rm",        "0001100 rs2 rs1 rm rd 1010011",             [](auto& m, auto& o) { m.s(o.rd, m.template compute<FloatOperation::divide, f32>(m.rounding(o.rm), m.s(o.rs1), m.s(o.rs2))); }),
      insn("fsqrt.s frd, frs1, rm",             "0101100 00000 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.s(o.rd, m.template compute<FloatOperation::square_root, f32>(m.rounding(o.rm), m.s(o.rs1))); }),
      insn("fsgnj.s frd, frs1, frs2",           "0010000 rs2 rs1 000 rd 1010011",            [](auto& m, auto& o) { m.template inject_sign<f32, SignChange::copy>(o.rd, o.rs1, o.rs2); }),
      insn("fsgnjn.s frd, frs1, frs2",          "0010000 rs2 rs1 001 rd 1010011",            [](auto& m, auto& o) { m.template inject_sign<f32, SignChange::invert>(o.rd, o.rs1, o.rs2); }),
      insn("fsgnjx.s frd, frs1, frs2",          "0010000 rs2 rs1 010 rd 1010011",            [](auto& m, auto& o) { m.template inject_sign<f32, SignChange::exclusive_or>(o.rd, o.rs1, o.rs2); }),
      insn("fmin.s frd, frs1, frs2",            "0010100 rs2 rs1 000 rd 1010011",            [](auto& m, auto& o) { m.s(o.rd, m.template compute<FloatOperation::minimum, f32>(m.s(o.rs1), m.s(o.rs2))); }),
      insn("fmax.s frd, frs1, frs2",            "0010100 rs2 rs1 001 rd 1010011",            [](auto& m, auto& o) { m.s(o.rd, m.template compute<FloatOperation::maximum, f32>(m.s(o.rs1), m.s(o.rs2))); }),
      insn("feq.s rd, frs1, frs2",              "1010000 rs2 rs1 010 rd 1010011",            [](auto& m, auto& o) { m.x(o.rd, m.template compute<FloatOperation::equal, bool>(m.s(o.rs1), m.s(o.rs2))); }),
      insn("flt.s rd, frs1, frs2",              "1010000 rs2 rs1 001 rd 1010011",            [](auto& m, auto& o) { m.x(o.rd, m.template compute<FloatOperation::less, bool>(m.s(o.rs1), m.s(o.rs2))); }),
      insn("fle.s rd, frs1, frs2",              "1010000 rs2 rs1 000 rd 1010011",            [](auto& m, auto& o) { m.x(o.rd, m.template compute<FloatOperation::less_equal, bool>(m.s(o.rs1), m.s(o.rs2))); }),
      insn("fclass.s rd, frs1",                 "1110000 00000 rs1 001 rd 1010011",          [](auto& m, auto& o) { m.x(o.rd, class_of(reinterpret<u32>(m.s(o.rs1)))); }),
      insn("fcvt.w.s rd, frs1, rm",             "1100000 00000 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.x(o.rd, m.template compute<FloatOperation::to_integer, i32>(m.rounding(o.rm), m.s(o.rs1))); }),
      insn("fcvt.wu.s rd, frs1, rm",            "1100000 00001 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.x(o.rd, to<i32>(m.template compute<FloatOperation::to_integer, u32>(m.rounding(o.rm), m.s(o.rs1)))); }),
      insn("fcvt.l.s rd, frs1, rm",             "1100000 00010 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.x(o.rd, m.template compute<FloatOperation::to_integer, i64>(m.rounding(o.rm), m.s(o.rs1))); }),
      insn("fcvt.lu.s rd, frs1, rm",            "1100000 00011 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.x(o.rd, m.template compute<FloatOperation::to_integer, u64>(m.rounding(o.rm), m.s(o.rs1))); }),
      insn("fcvt.s.w frd, rs1, rm",             "1101000 00000 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.s(o.rd, m.template compute<FloatOperation::from_integer, f32>(m.rounding(o.rm), to<i32>(m.x(o.rs1)))); }),
      insn("fcvt.s.wu frd, rs1, rm",            "1101000 00001 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.s(o.rd, m.template compute<FloatOperation::from_integer, f32>(m.rounding(o.rm), to<u32>(m.x(o.rs1)))); }),
      insn("fcvt.s.l frd, rs1, rm",             "1101000 00010 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.s(o.rd, m.template compute<FloatOperation::from_integer, f32>(m.rounding(o.rm), to<i64>(m.x(o.rs1)))); }),
      insn("fcvt.s.lu frd, rs1, rm",            "1101000 00011 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.s(o.rd, m.template compute<FloatOperation::from_integer, f32>(m.rounding(o.rm), to<u64>(m.x(o.rs1)))); }),
      insn("fmv.x.w rd, frs1",                  "1110000 00000 rs1 000 rd 1010011",          [](auto& m, auto& o) { m.x(o.rd, to<i32>(m.f(o.rs1))); }),
      insn("fmv.w.x frd, rs1",                  "1111000 00000 rs1 000 rd 1010011",          [](auto& m, auto& o) { m.s_from(o.rd, m.x(o.rs1)); }),
  });
}

}  // namespace diptych::riscv64

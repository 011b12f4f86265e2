// D: double-precision floating point.
#pragma once

#include "engine/guest/riscv64/rows/float_words.hpp"

namespace diptych::riscv64 {

template <class Insn>
constexpr auto double_rows(Insn insn) {
  using namespace meaning;
  return std::to_array({
      insn("fld frd, imm(rs1)",                 "imm[11:0] rs1 011 rd 0000111",              [](auto& m, auto& o) { m.f(o.rd, m.template load<u64>(m.x(o.rs1) + o.imm)); }),
      insn("fsd frs2, imm(rs1)",                "imm[11:5] rs2 rs1 011 imm[4:0] 0100111",    [](auto& m, auto& o) { m.store(m.x(o.rs1) + o.imm, m.f(o.rs2)); }),
      insn("fmadd.d frd, frs1, frs2, frs3, rm", "rs3 01 rs2 rs1 rm rd 1000011",              [](auto& m, auto& o) { m.d(o.rd, m.fused(m.rounding(o.rm), m.d(o.rs1), m.d(o.rs2), m.d(o.rs3))); }),
      insn("fmsub.d frd, frs1, frs2, frs3, rm", "rs3 01 rs2 rs1 rm rd 1000111",              [](auto& m, auto& o) { m.d(o.rd, m.fused(m.rounding(o.rm), m.d(o.rs1), m.d(o.rs2), m.negate(m.d(o.rs3)))); }),
      insn("fnmsub.d frd, frs1, frs2, frs3, rm", "rs3 01 rs2 rs1 rm rd 1001011",              [](auto& m, auto& o) { m.d(o.rd, m.fused(m.rounding(o.rm), m.negate(m.d(o.rs1)), m.d(o.rs2), m.d(o.rs3))); }),
      insn("fnmadd.d frd, frs1, frs2, frs3, rm", "rs3 01 rs2 rs1 rm rd 1001111",              [](auto& m, auto& o) { m.d(o.rd, m.fused(m.rounding(o.rm), m.negate(m.d(o.rs1)), m.d(o.rs2), m.negate(m.d(o.rs3)))); }),
      insn("fadd.d frd, frs1, frs2, rm",        "0000001 rs2 rs1 rm rd 1010011",             [](auto& m, auto& o) { m.d(o.rd, m.template compute<FloatOperation::add, f64>(m.rounding(o.rm), m.d(o.rs1), m.d(o.rs2))); }),
      insn("fsub.d frd, frs1, frs2, rm",        "0000101 rs2 rs1 rm rd 1010011",             [](auto& m, auto& o) { m.d(o.rd, m.template compute<FloatOperation::subtract, f64>(m.rounding(o.rm), m.d(o.rs1), m.d(o.rs2))); }),
      insn("fmul.d frd, frs1, frs2, rm",        "0001001 rs2 rs1 rm rd 1010011",             [](auto& m, auto& o) { m.d(o.rd, m.template compute<FloatOperation::multiply, f64>(m.rounding(o.rm), m.d(o.rs1), m.d(o.rs2))); }),
      insn("fdiv.d frd, frs1, frs2, rm",        "0001101 rs2 rs1 rm rd 1010011",             [](auto& m, auto& o) { m.d(o.rd, m.template compute<FloatOperation::divide, f64>(m.rounding(o.rm), m.d(o.rs1), m.d(o.rs2))); }),
      insn("fsqrt.d frd, frs1, rm",             "0101101 00000 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.d(o.rd, m.template compute<FloatOperation::square_root, f64>(m.rounding(o.rm), m.d(o.rs1))); }),
      insn("fsgnj.d frd, frs1, frs2",           "0010001 rs2 rs1 000 rd 1010011",            [](auto& m, auto& o) { m.template inject_sign<f64, SignChange::copy>(o.rd, o.rs1, o.rs2); }),
      insn("fsgnjn.d frd, frs1, frs2",          "0010001 rs2 rs1 001 rd 1010011",            [](auto& m, auto& o) { m.template inject_sign<f64, SignChange::invert>(o.rd, o.rs1, o.rs2); }),
      insn("fsgnjx.d frd, frs1, frs2",          "0010001 rs2 rs1 010 rd 1010011",            [](auto& m, auto& o) { m.template inject_sign<f64, SignChange::exclusive_or>(o.rd, o.rs1, o.rs2); }),
      insn("fmin.d frd, frs1, frs2",            "0010101 rs2 rs1 000 rd 1010011",            [](auto& m, auto& o) { m.d(o.rd, m.template compute<FloatOperation::minimum, f64>(m.d(o.rs1), m.d(o.rs2))); }),
      insn("fmax.d frd, frs1, frs2",            "0010101 rs2 rs1 001 rd 1010011",            [](auto& m, auto& o) { m.d(o.rd, m.template compute<FloatOperation::maximum, f64>(m.d(o.rs1), m.d(o.rs2))); }),
      insn("feq.d rd, frs1, frs2",              "1010001 rs2 rs1 010 rd 1010011",            [](auto& m, auto& o) { m.x(o.rd, m.template compute<FloatOperation::equal, bool>(m.d(o.rs1), m.d(o.rs2))); }),
      insn("flt.d rd, frs1, frs2",              "1010001 rs2 rs1 001 rd 1010011",            [](auto& m, auto& o) { m.x(o.rd, m.template compute<FloatOperation::less, bool>(m.d(o.rs1), m.d(o.rs2))); }),
      insn("fle.d rd, frs1, frs2",              "1010001 rs2 rs1 000 rd 1010011",            [](auto& m, auto& o) { m.x(o.rd, m.template compute<FloatOperation::less_equal, bool>(m.d(o.rs1), m.d(o.rs2))); }),
      insn("fclass.d rd, frs1",                 "1110001 00000 rs1 001 rd 1010011",          [](auto& m, auto& o) { m.x(o.rd, class_of(reinterpret<u64>(m.d(o.rs1)))); }),
      insn("fcvt.w.d rd, frs1, rm",             "1100001 00000 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.x(o.rd, m.template compute<FloatOperation::to_integer, i32>(m.rounding(o.rm), m.d(o.rs1))); }),
      insn("fcvt.wu.d rd, frs1, rm",            "1100001 00001 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.x(o.rd, to<i32>(m.template compute<FloatOperation::to_integer, u32>(m.rounding(o.rm), m.d(o.rs1)))); }),
      insn("fcvt.l.d rd, frs1, rm",             "1100001 00010 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.x(o.rd, m.template compute<FloatOperation::to_integer, i64>(m.rounding(o.rm), m.d(o.rs1))); }),
      insn("fcvt.lu.d rd, frs1, rm",            "1100001 00011 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.x(o.rd, m.template compute<FloatOperation::to_integer, u64>(m.rounding(o.rm), m.d(o.rs1))); }),
      insn("fcvt.d.w frd, rs1, rm",             "1101001 00000 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.d(o.rd, m.template compute<FloatOperation::from_integer, f64>(m.rounding(o.rm), to<i32>(m.x(o.rs1)))); }),
      insn("fcvt.d.wu frd, rs1, rm",            "1101001 00001 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.d(o.rd, m.template compute<FloatOperation::from_integer, f64>(m.rounding(o.rm), to<u32>(m.x(o.rs1)))); }),
      insn("fcvt.d.l frd, rs1, rm",             "1101001 00010 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.d(o.rd, m.template compute<FloatOperation::from_integer, f64>(m.rounding(o.rm), to<i64>(m.x(o.rs1)))); }),
      insn("fcvt.d.lu frd, rs1, rm",            "1101001 00011 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.d(o.rd, m.template compute<FloatOperation::from_integer, f64>(m.rounding(o.rm), to<u64>(m.x(o.rs1)))); }),
      insn("fcvt.s.d frd, frs1, rm",            "0100000 00001 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.s(o.rd, m.template compute<FloatOperation::convert, f32>(m.rounding(o.rm), m.d(o.rs1))); }),
      insn("fcvt.d.s frd, frs1, rm",            "0100001 00000 rs1 rm rd 1010011",           [](auto& m, auto& o) { m.d(o.rd, m.template compute<FloatOperation::convert, f64>(m.rounding(o.rm), m.s(o.rs1))); }),
      insn("fmv.x.d rd, frs1",                  "1110001 00000 rs1 000 rd 1010011",          [](auto& m, auto& o) { m.x(o.rd, m.f(o.rs1)); }),
      insn("fmv.d.x frd, rs1",                  "1111001 00000 rs1 000 rd 1010011",          [](auto& m, auto& o) { m.f(o.rd, m.x(o.rs1)); }),
  });
}

}  // namespace diptych::riscv64

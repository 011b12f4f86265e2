// M: multiplication and division.
#pragma once

#include "engine/guest/riscv64/rows/row_words.hpp"

namespace diptych::riscv64 {

// Division by zero gives all ones, the remainder the dividend; the overflowing quotient wraps. The
// values' own division gives 0 for the first, and the rest as the manual has it.
template <class V>
auto quotient(V a, V b) { return meaning::select(b == 0, static_cast<typename V::Type>(-1), a / b); }

template <class Insn>
constexpr auto multiply_rows(Insn insn) {
  using namespace meaning;
  return std::to_array({
      insn("mul rd, rs1, rs2",    "0000001 rs2 rs1 000 rd 0110011", [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) * m.x(o.rs2)); }),
      insn("mulh rd, rs1, rs2",   "0000001 rs2 rs1 001 rd 0110011", [](auto& m, auto& o) { m.x(o.rd, multiply_high(to<i64>(m.x(o.rs1)), to<i64>(m.x(o.rs2)))); }),
      insn("mulhsu rd, rs1, rs2", "0000001 rs2 rs1 010 rd 0110011", [](auto& m, auto& o) { m.x(o.rd, multiply_high(to<i64>(m.x(o.rs1)), m.x(o.rs2))); }),
      insn("mulhu rd, rs1, rs2",  "0000001 rs2 rs1 011 rd 0110011", [](auto& m, auto& o) { m.x(o.rd, multiply_high(m.x(o.rs1), m.x(o.rs2))); }),
      insn("div rd, rs1, rs2",    "0000001 rs2 rs1 100 rd 0110011", [](auto& m, auto& o) { m.x(o.rd, quotient(to<i64>(m.x(o.rs1)), to<i64>(m.x(o.rs2)))); }),
      insn("divu rd, rs1, rs2",   "0000001 rs2 rs1 101 rd 0110011", [](auto& m, auto& o) { m.x(o.rd, quotient(m.x(o.rs1), m.x(o.rs2))); }),
      insn("rem rd, rs1, rs2",    "0000001 rs2 rs1 110 rd 0110011", [](auto& m, auto& o) { m.x(o.rd, to<i64>(m.x(o.rs1)) % to<i64>(m.x(o.rs2))); }),
      insn("remu rd, rs1, rs2",   "0000001 rs2 rs1 111 rd 0110011", [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) % m.x(o.rs2)); }),
      insn("mulw rd, rs1, rs2",   "0000001 rs2 rs1 000 rd 0111011", [](auto& m, auto& o) { m.x(o.rd, to<i32>(m.x(o.rs1)) * to<i32>(m.x(o.rs2))); }),
      insn("divw rd, rs1, rs2",   "0000001 rs2 rs1 100 rd 0111011", [](auto& m, auto& o) { m.x(o.rd, quotient(to<i32>(m.x(o.rs1)), to<i32>(m.x(o.rs2)))); }),
      insn("divuw rd, rs1, rs2",  "0000001 rs2 rs1 101 rd 0111011", [](auto& m, auto& o) { m.x(o.rd, to<i32>(quotient(to<u32>(m.x(o.rs1)), to<u32>(m.x(o.rs2))))); }),
      insn("remw rd, rs1, rs2",   "0000001 rs2 rs1 110 rd 0111011", [](auto& m, auto& o) { m.x(o.rd, to<i32>(m.x(o.rs1)) % to<i32>(m.x(o.rs2))); }),
      insn("remuw rd, rs1, rs2",  "0000001 rs2 rs1 111 rd 0111011", [](auto& m, auto& o) { m.x(o.rd, to<i32>(to<u32>(m.x(o.rs1)) % to<u32>(m.x(o.rs2)))); }),
  });
}

}  // namespace diptych::riscv64

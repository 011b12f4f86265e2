// A: atomic memory operations, load-reserved and store-conditional.
#pragma once

#include "engine/guest/riscv64/rows/row_words.hpp"

namespace diptych::riscv64 {

template <class Insn>
constexpr auto atomic_rows(Insn insn) {
  using namespace meaning;
  return std::to_array({
      insn("lr.w rd, (rs1)",          "00010 aq rl 00000 rs1 010 rd 0101111",   [](auto& m, auto& o) { m.x(o.rd, m.template load_reserved<i32>(m.x(o.rs1))); }),
      insn("sc.w rd, rs2, (rs1)",     "00011 aq rl rs2 rs1 010 rd 0101111",     [](auto& m, auto& o) { m.x(o.rd, m.store_conditional(m.x(o.rs1), to<i32>(m.x(o.rs2)))); }),
      insn("lr.d rd, (rs1)",          "00010 aq rl 00000 rs1 011 rd 0101111",   [](auto& m, auto& o) { m.x(o.rd, m.template load_reserved<i64>(m.x(o.rs1))); }),
      insn("sc.d rd, rs2, (rs1)",     "00011 aq rl rs2 rs1 011 rd 0101111",     [](auto& m, auto& o) { m.x(o.rd, m.store_conditional(m.x(o.rs1), to<i64>(m.x(o.rs2)))); }),
      insn("amoswap.w rd, rs2, (rs1)",  "00001 aq rl rs2 rs1 010 rd 0101111",      [](auto& m, auto& o) { m.x(o.rd, m.template update<i32>(m.x(o.rs1), [&](auto) { return to<i32>(m.x(o.rs2)); })); }),
      insn("amoswap.d rd, rs2, (rs1)",  "00001 aq rl rs2 rs1 011 rd 0101111",      [](auto& m, auto& o) { m.x(o.rd, m.template update<i64>(m.x(o.rs1), [&](auto) { return to<i64>(m.x(o.rs2)); })); }),
      insn("amoadd.w rd, rs2, (rs1)",   "00000 aq rl rs2 rs1 010 rd 0101111",      [](auto& m, auto& o) { m.x(o.rd, m.template update<i32>(m.x(o.rs1), [&](auto old) { return old + to<i32>(m.x(o.rs2)); })); }),
      insn("amoadd.d rd, rs2, (rs1)",   "00000 aq rl rs2 rs1 011 rd 0101111",      [](auto& m, auto& o) { m.x(o.rd, m.template update<i64>(m.x(o.rs1), [&](auto old) { return old + to<i64>(m.x(o.rs2)); })); }),
      insn("amoxor.w rd, rs2, (rs1)",   "00100 aq rl rs2 rs1 010 rd 0101111",      [](auto& m, auto& o) { m.x(o.rd, m.template update<i32>(m.x(o.rs1), [&](auto old) { return old ^ to<i32>(m.x(o.rs2)); })); }),
      insn("amoxor.d rd, rs2, (rs1)",   "00100 aq rl rs2 rs1 011 rd 0101111",      [](auto& m, auto& o) { m.x(o.rd, m.template update<i64>(m.x(o.rs1), [&](auto old) { return old ^ to<i64>(m.x(o.rs2)); })); }),
      insn("amoand.w rd, rs2, (rs1)",   "01100 aq rl rs2 rs1 010 rd 0101111",      [](auto& m, auto& o) { m.x(o.rd, m.template update<i32>(m.x(o.rs1), [&](auto old) { return old & to<i32>(m.x(o.rs2)); })); }),
      insn("amoand.d rd, rs2, (rs1)",   "01100 aq rl rs2 rs1 011 rd 0101111",      [](auto& m, auto& o) { m.x(o.rd, m.template update<i64>(m.x(o.rs1), [&](auto old) { return old & to<i64>(m.x(o.rs2)); })); }),
      insn("amoor.w rd, rs2, (rs1)",    "01000 aq rl rs2 rs1 010 rd 0101111",      [](auto& m, auto& o) { m.x(o.rd, m.template update<i32>(m.x(o.rs1), [&](auto old) { return old | to<i32>(m.x(o.rs2)); })); }),
      insn("amoor.d rd, rs2, (rs1)",    "01000 aq rl rs2 rs1 011 rd 0101111",      [](auto& m, auto& o) { m.x(o.rd, m.template update<i64>(m.x(o.rs1), [&](auto old) { return old | to<i64>(m.x(o.rs2)); })); }),
      insn("amomin.w rd, rs2, (rs1)",   "10000 aq rl rs2 rs1 010 rd 0101111",      [](auto& m, auto& o) { m.x(o.rd, m.template fetch_lesser<i32>(m.x(o.rs1), m.x(o.rs2))); }),
      insn("amomin.d rd, rs2, (rs1)",   "10000 aq rl rs2 rs1 011 rd 0101111",      [](auto& m, auto& o) { m.x(o.rd, m.template fetch_lesser<i64>(m.x(o.rs1), m.x(o.rs2))); }),
      insn("amomax.w rd, rs2, (rs1)",   "10100 aq rl rs2 rs1 010 rd 0101111",      [](auto& m, auto& o) { m.x(o.rd, m.template fetch_greater<i32>(m.x(o.rs1), m.x(o.rs2))); }),
      insn("amomax.d rd, rs2, (rs1)",   "10100 aq rl rs2 rs1 011 rd 0101111",      [](auto& m, auto& o) { m.x(o.rd, m.template fetch_greater<i64>(m.x(o.rs1), m.x(o.rs2))); }),
      insn("amominu.w rd, rs2, (rs1)",  "11000 aq rl rs2 rs1 010 rd 0101111",      [](auto& m, auto& o) { m.x(o.rd, to<i32>(m.template fetch_lesser<u32>(m.x(o.rs1), m.x(o.rs2)))); }),
      insn("amominu.d rd, rs2, (rs1)",  "11000 aq rl rs2 rs1 011 rd 0101111",      [](auto& m, auto& o) { m.x(o.rd, m.template fetch_lesser<u64>(m.x(o.rs1), m.x(o.rs2))); }),
      insn("amomaxu.w rd, rs2, (rs1)",  "11100 aq rl rs2 rs1 010 rd 0101111",      [](auto& m, auto& o) { m.x(o.rd, to<i32>(m.template fetch_greater<u32>(m.x(o.rs1), m.x(o.rs2)))); }),
      insn("amomaxu.d rd, rs2, (rs1)",  "11100 aq rl rs2 rs1 011 rd 0101111",      [](auto& m, auto& o) { m.x(o.rd, m.template fetch_greater<u64>(m.x(o.rs1), m.x(o.rs2))); }),
  });
}

}  // namespace diptych::riscv64

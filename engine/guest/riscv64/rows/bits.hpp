// Zba, Zbb and Zbs: address generation, basic bit manipulation, single bits.
#pragma once

#include "engine/guest/riscv64/rows/row_words.hpp"

namespace diptych::riscv64 {

template <class Insn>
constexpr auto address_rows(Insn insn) {
  using namespace meaning;
  return std::to_array({
      insn("add.uw rd, rs1, rs2",    "0000100 rs2 rs1 000 rd 0111011",       [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs2) + (m.x(o.rs1) & 0xffffffff)); }),
      insn("sh1add rd, rs1, rs2",    "0010000 rs2 rs1 010 rd 0110011",       [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs2) + (m.x(o.rs1) << 1)); }),
      insn("sh2add rd, rs1, rs2",    "0010000 rs2 rs1 100 rd 0110011",       [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs2) + (m.x(o.rs1) << 2)); }),
      insn("sh3add rd, rs1, rs2",    "0010000 rs2 rs1 110 rd 0110011",       [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs2) + (m.x(o.rs1) << 3)); }),
      insn("sh1add.uw rd, rs1, rs2", "0010000 rs2 rs1 010 rd 0111011",       [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs2) + ((m.x(o.rs1) & 0xffffffff) << 1)); }),
      insn("sh2add.uw rd, rs1, rs2", "0010000 rs2 rs1 100 rd 0111011",       [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs2) + ((m.x(o.rs1) & 0xffffffff) << 2)); }),
      insn("sh3add.uw rd, rs1, rs2", "0010000 rs2 rs1 110 rd 0111011",       [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs2) + ((m.x(o.rs1) & 0xffffffff) << 3)); }),
      insn("slli.uw rd, rs1, shamt", "000010 shamt[5:0] rs1 001 rd 0011011", [](auto& m, auto& o) { m.x(o.rd, (m.x(o.rs1) & 0xffffffff) << o.shamt); }),
  });
}

/// Each byte that is not zero becomes 0xff: every bit is spread over its byte from the lowest one up.
template <class V>
auto bytes_in_use(V value) {
  auto any = value | ((value >> 4) & 0x0f0f0f0f0f0f0f0f);
  any = any | ((any >> 2) & 0x3333333333333333);
  any = any | ((any >> 1) & 0x5555555555555555);
  return (any & 0x0101010101010101) * 0xff;
}

template <class Insn>
constexpr auto bit_rows(Insn insn) {
  using namespace meaning;
  return std::to_array({
      insn("andn rd, rs1, rs2",    "0100000 rs2 rs1 111 rd 0110011",       [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) & ~m.x(o.rs2)); }),
      insn("orn rd, rs1, rs2",     "0100000 rs2 rs1 110 rd 0110011",       [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) | ~m.x(o.rs2)); }),
      insn("xnor rd, rs1, rs2",    "0100000 rs2 rs1 100 rd 0110011",       [](auto& m, auto& o) { m.x(o.rd, ~(m.x(o.rs1) ^ m.x(o.rs2))); }),
      insn("clz rd, rs1",          "0110000 00000 rs1 001 rd 0010011",     [](auto& m, auto& o) { m.x(o.rd, leading_zeros(m.x(o.rs1))); }),
      insn("ctz rd, rs1",          "0110000 00001 rs1 001 rd 0010011",     [](auto& m, auto& o) { m.x(o.rd, trailing_zeros(m.x(o.rs1))); }),
      insn("cpop rd, rs1",         "0110000 00010 rs1 001 rd 0010011",     [](auto& m, auto& o) { m.x(o.rd, population(m.x(o.rs1))); }),
      insn("clzw rd, rs1",         "0110000 00000 rs1 001 rd 0011011",     [](auto& m, auto& o) { m.x(o.rd, leading_zeros(to<u32>(m.x(o.rs1)))); }),
      insn("ctzw rd, rs1",         "0110000 00001 rs1 001 rd 0011011",     [](auto& m, auto& o) { m.x(o.rd, m.trailing_zeros_of_word(m.x(o.rs1))); }),
      insn("cpopw rd, rs1",        "0110000 00010 rs1 001 rd 0011011",     [](auto& m, auto& o) { m.x(o.rd, population(to<u32>(m.x(o.rs1)))); }),
      insn("min rd, rs1, rs2",     "0000101 rs2 rs1 100 rd 0110011",       [](auto& m, auto& o) { m.x(o.rd, lesser(to<i64>(m.x(o.rs1)), to<i64>(m.x(o.rs2)))); }),
      insn("minu rd, rs1, rs2",    "0000101 rs2 rs1 101 rd 0110011",       [](auto& m, auto& o) { m.x(o.rd, lesser(m.x(o.rs1), m.x(o.rs2))); }),
      insn("max rd, rs1, rs2",     "0000101 rs2 rs1 110 rd 0110011",       [](auto& m, auto& o) { m.x(o.rd, greater(to<i64>(m.x(o.rs1)), to<i64>(m.x(o.rs2)))); }),
      insn("maxu rd, rs1, rs2",    "0000101 rs2 rs1 111 rd 0110011",       [](auto& m, auto& o) { m.x(o.rd, greater(m.x(o.rs1), m.x(o.rs2))); }),
      insn("sext.b rd, rs1",       "0110000 00100 rs1 001 rd 0010011",     [](auto& m, auto& o) { m.x(o.rd, to<i8>(m.x(o.rs1))); }),
      insn("sext.h rd, rs1",       "0110000 00101 rs1 001 rd 0010011",     [](auto& m, auto& o) { m.x(o.rd, to<i16>(m.x(o.rs1))); }),
      insn("zext.h rd, rs1",       "0000100 00000 rs1 100 rd 0111011",     [](auto& m, auto& o) { m.x(o.rd, to<u16>(m.x(o.rs1))); }),
      insn("rol rd, rs1, rs2",     "0110000 rs2 rs1 001 rd 0110011",       [](auto& m, auto& o) { m.x(o.rd, rotate_right(m.x(o.rs1), -m.x(o.rs2) & 63)); }),
      insn("ror rd, rs1, rs2",     "0110000 rs2 rs1 101 rd 0110011",       [](auto& m, auto& o) { m.x(o.rd, rotate_right(m.x(o.rs1), m.x(o.rs2) & 63)); }),
      insn("rori rd, rs1, shamt",  "011000 shamt[5:0] rs1 101 rd 0010011", [](auto& m, auto& o) { auto a = m.x(o.rs1); m.x(o.rd, rotate_right(a, constant_like(a, o.shamt))); }),
      insn("rolw rd, rs1, rs2",    "0110000 rs2 rs1 001 rd 0111011",       [](auto& m, auto& o) { m.x(o.rd, to<i32>(rotate_right(to<u32>(m.x(o.rs1)), to<u32>(-m.x(o.rs2) & 31)))); }),
      insn("rorw rd, rs1, rs2",    "0110000 rs2 rs1 101 rd 0111011",       [](auto& m, auto& o) { m.x(o.rd, to<i32>(rotate_right(to<u32>(m.x(o.rs1)), to<u32>(m.x(o.rs2) & 31)))); }),
      insn("roriw rd, rs1, shamt", "0110000 shamt[4:0] rs1 101 rd 0011011", [](auto& m, auto& o) { auto a = to<u32>(m.x(o.rs1)); m.x(o.rd, to<i32>(rotate_right(a, constant_like(a, o.shamt)))); }),
      insn("orc.b rd, rs1",        "001010000111 rs1 101 rd 0010011",      [](auto& m, auto& o) { m.x(o.rd, bytes_in_use(m.x(o.rs1))); }),
      insn("rev8 rd, rs1",         "011010111000 rs1 101 rd 0010011",      [](auto& m, auto& o) { m.x(o.rd, byte_swap(m.x(o.rs1))); }),
  });
}

template <class Insn>
constexpr auto single_bit_rows(Insn insn) {
  using namespace meaning;
  return std::to_array({
      insn("bclr rd, rs1, rs2",    "0100100 rs2 rs1 001 rd 0110011",       [](auto& m, auto& o) { auto n = m.x(o.rs2); m.x(o.rd, m.x(o.rs1) & ~(constant_like(n, 1) << (n & 63))); }),
      insn("bclri rd, rs1, shamt", "010010 shamt[5:0] rs1 001 rd 0010011", [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) & ~(u64{1} << o.shamt)); }),
      insn("bext rd, rs1, rs2",    "0100100 rs2 rs1 101 rd 0110011",       [](auto& m, auto& o) { m.x(o.rd, (m.x(o.rs1) >> (m.x(o.rs2) & 63)) & 1); }),
      insn("bexti rd, rs1, shamt", "010010 shamt[5:0] rs1 101 rd 0010011", [](auto& m, auto& o) { m.x(o.rd, (m.x(o.rs1) >> o.shamt) & 1); }),
      insn("binv rd, rs1, rs2",    "0110100 rs2 rs1 001 rd 0110011",       [](auto& m, auto& o) { auto n = m.x(o.rs2); m.x(o.rd, m.x(o.rs1) ^ (constant_like(n, 1) << (n & 63))); }),
      insn("binvi rd, rs1, shamt", "011010 shamt[5:0] rs1 001 rd 0010011", [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) ^ (u64{1} << o.shamt)); }),
      insn("bset rd, rs1, rs2",    "0010100 rs2 rs1 001 rd 0110011",       [](auto& m, auto& o) { auto n = m.x(o.rs2); m.x(o.rd, m.x(o.rs1) | (constant_like(n, 1) << (n & 63))); }),
      insn("bseti rd, rs1, shamt", "001010 shamt[5:0] rs1 001 rd 0010011", [](auto& m, auto& o) { m.x(o.rd, m.x(o.rs1) | (u64{1} << o.shamt)); }),
  });
}

}  // namespace diptych::riscv64

// Zicsr and Zifencei: control and status registers, and the instruction fence.
#pragma once

#include "engine/guest/riscv64/rows/row_words.hpp"

namespace diptych::riscv64 {

/// What the six CSR instructions share. `operand` is what CSRRS and CSRRC take their bits from.
template <class M, class O, class V, class Change>
void change_csr(M& m, const O& o, bool writes, const V* operand, Change change) {
  if (!m.csr_permits(o.csr, writes, operand)) return m.illegal();
  auto old = m.csr(o.csr);
  if (writes) m.csr(o.csr, change(old));
  m.x(o.rd, old);
}

/// The forms without such a register.
template <class M, class O, class Change>
void change_csr(M& m, const O& o, bool writes, Change change) {
  change_csr(m, o, writes, static_cast<const decltype(m.x(0))*>(nullptr), change);
}

template <class Insn>
constexpr auto csr_rows(Insn insn) {
  using namespace meaning;
  return std::to_array({
      insn("csrrw rd, csr, rs1",   "csr rs1 001 rd 1110011",  [](auto& m, auto& o) { auto value = m.x(o.rs1); change_csr(m, o, true, [&](auto) { return value; }); }),
      insn("csrrs rd, csr, rs1",   "csr rs1 010 rd 1110011",  [](auto& m, auto& o) { auto value = m.x(o.rs1); change_csr(m, o, o.rs1 != 0, &value, [&](auto old) { return old | value; }); }),
      insn("csrrc rd, csr, rs1",   "csr rs1 011 rd 1110011",  [](auto& m, auto& o) { auto value = m.x(o.rs1); change_csr(m, o, o.rs1 != 0, &value, [&](auto old) { return old & ~value; }); }),
      insn("csrrwi rd, csr, zimm", "csr zimm 101 rd 1110011", [](auto& m, auto& o) { change_csr(m, o, true, [&](auto old) { return constant_like(old, o.zimm); }); }),
      insn("csrrsi rd, csr, zimm", "csr zimm 110 rd 1110011", [](auto& m, auto& o) { change_csr(m, o, o.zimm != 0, [&](auto old) { return old | o.zimm; }); }),
      insn("csrrci rd, csr, zimm", "csr zimm 111 rd 1110011", [](auto& m, auto& o) { change_csr(m, o, o.zimm != 0, [&](auto old) { return old & ~u64{o.zimm}; }); }),
  });
}

template <class Insn>
constexpr auto fence_rows(Insn insn) {
  return std::to_array({
      // The unused fields are reserved for finer fences and to be ignored.
      insn("fence.i",              "imm[11:0] rs1 001 rd 0001111", [](auto& m, auto&) { m.synchronize_code(); }),
  });
}

}  // namespace diptych::riscv64

#include "oracle/comparison/counters.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "engine/guest/riscv64/table.hpp"
#include "engine/guest/riscv64/vocabulary.hpp"

#include <cstring>

namespace diptych {
namespace {

// A loop reads the same counter again.
constexpr std::size_t most_reads = 4;

// Writing a counter is illegal, and CSRRW always writes.
bool is_read(const riscv64::Decoded& decoded) {
  using namespace riscv64;
  if (!decoded.row || decoded.row->extension != Extension::Zicsr) return false;
  const Operands& o = decoded.operands;
  return (o.csr == csr_cycle || o.csr == csr_time || o.csr == csr_instret) && o.rd != 0 && o.rs1 == 0 && o.zimm == 0 &&
         !decoded.row->mnemonic().starts_with("csrrw");
}

}  // namespace

bool reads_counter(const Program& program) {
  if (program.guest != Guest::riscv64) return false;
  for (std::size_t at = 0; at + 4 <= program.code.size();) {
    u32 word = 0;
    std::memcpy(&word, &program.code[at], 4);
    constexpr u32 system = 0x73;
    if ((word & 0x7f) == system && is_read(riscv64::decode(word))) return true;
    at += riscv64::length_of(u16(word));
  }
  return false;
}

const std::vector<CounterRead>& CounterReads::of(const Program& program, const Input& input, Budget budget) {
  reads_.clear();
  tracer_.trace(program, input, budget, trace_);
  for (u64 before = 0; before < trace_.size() && reads_.size() < most_reads; ++before) {
    const riscv64::Decoded& decoded = trace_[before].decoded;
    if (!is_read(decoded)) continue;
    CounterRead& read = reads_.emplace_back();
    read.mnemonic = decoded.row->mnemonic();
    read.run.program = program;
    read.run.input = input;
    read.run.budget = {before + 1};
    read.run.expect.emplace();
    read.run.expect->registers.push_back({u16(riscv64::x_word + decoded.operands.rd), before});
    read.run.expect->retired = before + 1;
  }
  return reads_;
}

}  // namespace diptych

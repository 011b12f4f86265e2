// The case the debugger's tests debug: it sums 5 to 1, stores the sum and converts it.
#pragma once

#include "corpus/case.hpp"
#include "engine/guest/riscv64/registers.hpp"

#include <initializer_list>

namespace diptych {

constexpr u64 sample_code = 0x10000;
constexpr u64 sample_loop = sample_code + 4;    // add a0, a0, a1
constexpr u64 sample_branch = sample_code + 8;  // bnez a1, sample_loop
constexpr u64 sample_store = sample_code + 10;  // sd a0, 0(s0)
constexpr u64 sample_end = sample_code + 16;
constexpr u64 sample_data = 0x20000;
constexpr u64 sample_data_size = 0x2000;

inline Case case_of(std::vector<u8> code) {
  Case result;
  result.why = "something to debug";
  result.program.guest = Guest::riscv64;
  result.program.code_address = sample_code;
  result.program.code = std::move(code);
  result.program.memory = {{.address = sample_data, .size = sample_data_size}};
  result.program.contents = {
      {.address = sample_data + 0x10, .bytes = {'d', 'i', 'p', 't', 'y', 'c', 'h', '}', '#', '$'}}};
  result.input.state.words[riscv64::pc_word] = sample_code;
  result.input.state.words[riscv64::x_word + 8] = sample_data;
  result.budget = {10};  // fewer than it executes: a budget ends nothing under the debugger
  return result;
}

inline Case sample_case() {
  return case_of({
      0x01, 0x45,              // li a0, 0
      0x95, 0x45,              // li a1, 5
      0x2e, 0x95,              // add a0, a0, a1
      0xfd, 0x15,              // addi a1, a1, -1
      0xf5, 0xfd,              // bnez a1, -4
      0x08, 0xe0,              // sd a0, 0(s0)
      0x53, 0x75, 0x25, 0xd2,  // fcvt.d.l fa0, a0
  });
}

/// Jumps to itself for ever.
inline Case endless_case() { return case_of({0x01, 0xa0}); }

}  // namespace diptych

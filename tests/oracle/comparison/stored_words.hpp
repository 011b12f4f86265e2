// A block whose runs leave different memory, by what they are begun with.
#pragma once

#include "corpus/parse.hpp"
#include "engine/guest/riscv64/registers.hpp"
#include "tests/catch.hpp"

#include <vector>

namespace diptych {

inline Case block_that_stores() {
  return parse_case(R"(case 1
guest riscv64
why memory that differs from run to run
code 0x10000
  00b53023  sd a1, 0(a0)
  00052603  lw a2, 0(a0)
memory 0x20000 size 0x2000 rw
registers
  a0  0x0000000000020000
budget 20
)", "stores.case").value();
}

inline std::vector<Input> inputs_that_store(const Case& some, u64 count) {
  std::vector<Input> inputs(count, some.input);
  for (u64 i = 0; i < count; ++i) {
    inputs[i].state.words[riscv64::pc_word] = some.program.code_address;
    inputs[i].state.words[riscv64::x_word + 10] = 0x20000 + i * 0x2b8;
    inputs[i].state.words[riscv64::x_word + 11] = 0x7000 + i;
  }
  return inputs;
}

}  // namespace diptych

// A block in which a load of a negative word matters, among others that do not.
#pragma once

#include "corpus/parse.hpp"
#include "tests/catch.hpp"

namespace diptych {

inline Case block_with_load() {
  return parse_case(R"(case 1
guest riscv64
why a load among others
code 0x10000
  00158593  addi a1, a1, 1
  00c58633  add a2, a1, a2
  00052683  lw a3, 0(a0)
  00158593  addi a1, a1, 1
  40b60733  sub a4, a2, a1
memory 0x20000 size 0x1000 rw
  0x20010  fe ff ff ff 01 02 03 04
registers
  a0  0x0000000000020010
  a1  0x0000000000000005
  a2  0x0000000000001234
  s5  0x00000000deadbeef
budget 20
)", "block.case").value();
}

}  // namespace diptych

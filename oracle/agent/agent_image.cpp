#include "oracle/agent/agent_image.hpp"

// DIPTYCH_AGENT_RISCV64 is the path, while building, of the program made from guest/.
asm(R"(
  .section .rodata
  .balign 16
  .globl diptych_agent_riscv64_begin
diptych_agent_riscv64_begin:
  .incbin ")" DIPTYCH_AGENT_RISCV64 R"("
  .globl diptych_agent_riscv64_end
diptych_agent_riscv64_end:
  .text
)");

extern "C" const diptych::u8 diptych_agent_riscv64_begin[];
extern "C" const diptych::u8 diptych_agent_riscv64_end[];

namespace diptych::agent {

std::span<const u8> riscv64_agent_image() { return {diptych_agent_riscv64_begin, diptych_agent_riscv64_end}; }

}  // namespace diptych::agent

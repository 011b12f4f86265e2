// What the compiler is to know of RISC-V.
#pragma once

#include "engine/guest/riscv64/registers.hpp"
#include "engine/jit/compiler.hpp"

namespace diptych::riscv64 {

/// For a block lifted for this variant. A rounding mode the host does not have leaves the host's at the
/// nearest; what depends on it is done in software.
inline jit::Compiler::Request compile_request(const jit::Options& options, u8 variant) {
  return {.options = options,
          .counter_word = pc_word,
          .status_word = fcsr_word,
          .variant_bits = 0xe0,
          .rounding = variant < 4 ? variant : u8{0},
          .variant = variant};
}

}  // namespace diptych::riscv64

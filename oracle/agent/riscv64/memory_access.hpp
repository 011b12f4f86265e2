// Which memory an instruction reaches, worked out from its bytes and the registers: the signal of an
// access far outside the address space does not say.
#pragma once

#include "engine/machine/state.hpp"
#include "engine/machine/stop.hpp"

#include <optional>

namespace diptych::riscv64 {

struct MemoryAccess {
  Access access;  ///< read, or write for stores, SC and AMO
  u64 address;
  unsigned size;
};

/// Of the instruction whose first 32 bits these are (a compressed one is in the low 16).
std::optional<MemoryAccess> memory_access(u32 instruction, const GuestState& state);

}  // namespace diptych::riscv64

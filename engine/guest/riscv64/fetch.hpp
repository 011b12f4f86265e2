// Reading an instruction from memory.
#pragma once

#include "engine/guest/riscv64/table.hpp"
#include "engine/memory/address_space.hpp"

#include <optional>

namespace diptych::riscv64 {

/// The instruction at an address, decoded; nothing, and the first byte that cannot be executed, where
/// it is not all there. Read as two halves, because the second may lie in another area or nowhere.
inline std::optional<Decoded> fetch(AddressSpace& memory, u64 pc, u64& unreachable) {
  u32 word = 0;
  for (u64 i = 0; i < 4; ++i) {
    if (i == 2 && length_of(u16(word)) == 2) break;
    const u8* host = memory.reach(pc + i, 1, Access::execute);
    if (!host) {
      unreachable = pc + i;
      return std::nullopt;
    }
    word |= u32{*host} << (8 * i);
  }
  return decode(word);
}

}  // namespace diptych::riscv64

// Reading an instruction from memory.
#pragma once

#include "engine/guest/riscv64/table.hpp"
#include "engine/memory/address_space.hpp"

#include <cstring>
#include <optional>

namespace diptych::riscv64 {

/// The instruction at an address, decoded; nothing, and the first byte that cannot be executed, where
/// it is not all there. Mostly four bytes lie together; where not, what is behind the first two may be in
/// another area, or nowhere and not needed.
inline std::optional<Decoded> fetch(AddressSpace& memory, u64 pc, u64& unreachable) {
  u32 word = 0;
  if (const u8* host = memory.reach(pc, sizeof word, Access::execute)) [[likely]] {
    std::memcpy(&word, host, sizeof word);
    return decode(word);
  }
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

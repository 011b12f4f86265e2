#include "oracle/agent/riscv64/memory_access.hpp"

#include "engine/guest/riscv64/registers.hpp"

namespace diptych::riscv64 {
namespace {

constexpr u32 bits(u32 word, unsigned high, unsigned low) { return word >> low & ((u32{1} << (high - low + 1)) - 1); }

u64 x(const GuestState& state, u32 index) { return index == 0 ? 0 : state.words[x_word + index]; }

MemoryAccess at(u64 base, u64 offset, Access access, unsigned size) { return {access, base + offset, size}; }

u64 sign_extended(u32 value, unsigned width) { return u64(i64(i32(value << (32 - width)) >> (32 - width))); }

std::optional<MemoryAccess> compressed(u32 word, const GuestState& state) {
  const u32 quadrant = bits(word, 1, 0);
  const u32 operation = bits(word, 15, 13);
  const Access access = operation >= 4 ? Access::write : Access::read;
  const unsigned kind = operation % 4;  // 1 double, 2 word, 3 doubleword
  if (kind == 0) return std::nullopt;
  const unsigned size = kind == 2 ? 4 : 8;
  if (quadrant == 0) {
    const u64 base = x(state, 8 + bits(word, 9, 7));
    const u32 offset = size == 4 ? bits(word, 12, 10) << 3 | bits(word, 6, 6) << 2 | bits(word, 5, 5) << 6
                                 : bits(word, 12, 10) << 3 | bits(word, 6, 5) << 6;
    return at(base, offset, access, size);
  }
  if (quadrant != 2) return std::nullopt;
  u32 offset = 0;
  if (access == Access::read)
    offset = size == 4 ? bits(word, 12, 12) << 5 | bits(word, 6, 4) << 2 | bits(word, 3, 2) << 6
                       : bits(word, 12, 12) << 5 | bits(word, 6, 5) << 3 | bits(word, 4, 2) << 6;
  else
    offset =
        size == 4 ? bits(word, 12, 9) << 2 | bits(word, 8, 7) << 6 : bits(word, 12, 10) << 3 | bits(word, 9, 7) << 6;
  return at(x(state, 2), offset, access, size);
}

}  // namespace

std::optional<MemoryAccess> memory_access(u32 word, const GuestState& state) {
  if (bits(word, 1, 0) != 3) return compressed(word & 0xffff, state);
  const u64 base = x(state, bits(word, 19, 15));
  const u32 width = bits(word, 14, 12);
  const unsigned size = 1u << (width & 3);
  switch (bits(word, 6, 0)) {
    case 0x03:
      return at(base, sign_extended(bits(word, 31, 20), 12), Access::read, size);
    case 0x07:
      return at(base, sign_extended(bits(word, 31, 20), 12), Access::read, size);
    case 0x23:
    case 0x27:
      return at(base, sign_extended(bits(word, 31, 25) << 5 | bits(word, 11, 7), 12), Access::write, size);
    case 0x2f:
      return at(base, 0, bits(word, 31, 27) == 2 ? Access::read : Access::write, size);
    default:
      return std::nullopt;
  }
}

}  // namespace diptych::riscv64

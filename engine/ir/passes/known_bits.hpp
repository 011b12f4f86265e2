// Which bits of a result are known without knowing its operands.
#pragma once

#include "engine/ir/passes/scratch.hpp"

#include <algorithm>
#include <bit>
#include <span>

namespace diptych::ir {
namespace detail {

inline u64 sign_extended(u64 bits, unsigned width) {
  const unsigned above = 64 - width;
  return static_cast<u64>(static_cast<i64>(bits << above) >> above);
}

inline u64 shifted_signed(u64 bits, unsigned width, u64 count) {
  return static_cast<u64>(static_cast<i64>(sign_extended(bits, width)) >> count);
}

}  // namespace detail

/// Of an instruction's value, given what is known of its operands', by their names. Bits above the
/// type's width are zero, here as in every value. Inline, because its callers know the operation.
[[clang::always_inline]] inline KnownBits known_bits(const Instruction& i, std::span<const Instruction> made, std::span<const KnownBits> known) {
  const u64 mask = mask_of(i.type), above = ~mask;
  const unsigned width = bits_of(i.type);
  const auto of = [&](std::size_t k) { return known[i.operands[k]]; };
  switch (i.opcode) {
    case Opcode::constant: return {~i.immediate, i.immediate};
    case Opcode::bit_and: return {of(0).zeros | of(1).zeros, of(0).ones & of(1).ones};
    case Opcode::bit_or: return {of(0).zeros & of(1).zeros, of(0).ones | of(1).ones};
    case Opcode::bit_xor: {
      const KnownBits a = of(0), b = of(1);
      return {(a.zeros & b.zeros) | (a.ones & b.ones), (a.zeros & b.ones) | (a.ones & b.zeros)};
    }
    case Opcode::add: {
      const int low = std::min(std::countr_one(of(0).zeros), std::countr_one(of(1).zeros));
      return {(low >= 64 ? ~u64{0} : (u64{1} << low) - 1) | above, 0};
    }
    case Opcode::shift_left:
    case Opcode::shift_right_unsigned:
    case Opcode::shift_right_signed: {
      const Instruction& by = made[i.operands[1]];
      if (by.opcode != Opcode::constant || by.immediate >= width) return {above, 0};
      const u64 count = by.immediate;
      const KnownBits a = of(0);
      if (i.opcode == Opcode::shift_left)
        return {a.zeros << count | ((u64{1} << count) - 1) | above, (a.ones << count) & mask};
      if (i.opcode == Opcode::shift_right_unsigned) return {a.zeros >> count | ~(~u64{0} >> count), a.ones >> count};
      return {detail::shifted_signed(a.zeros, width, count) | above, detail::shifted_signed(a.ones, width, count) & mask};
    }
    case Opcode::truncate: return {of(0).zeros | above, of(0).ones & mask};
    case Opcode::extend_signed: {
      const unsigned from = bits_of(i.operand_type);
      return {detail::sign_extended(of(0).zeros, from) | above, detail::sign_extended(of(0).ones, from) & mask};
    }
    case Opcode::extend_unsigned:
    case Opcode::reinterpret: return of(0);
    case Opcode::select: return {of(1).zeros & of(2).zeros, of(1).ones & of(2).ones};
    case Opcode::leading_zeros:
    case Opcode::trailing_zeros:
    case Opcode::population: return {~u64{0x7f}, 0};
    default: return {above, 0};
  }
}

}  // namespace diptych::ir

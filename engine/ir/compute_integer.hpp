// What an operation on integers gives. Inline, so that it becomes a few instructions wherever the operation or
// its types are known.
#pragma once

#include "engine/ir/opcode.hpp"
#include "engine/ir/type.hpp"
#include "engine/meaning/numbers.hpp"

namespace diptych::ir {

constexpr bool is_integer_operation(Opcode opcode) { return opcode >= Opcode::add && opcode <= Opcode::select; }

namespace detail {

using meaning::Numbers;
using meaning::Operation;

template <class T>
T take(u64 bits) {
  if constexpr (std::is_integral_v<T>) return static_cast<T>(bits);
  else return T{static_cast<decltype(T::bits)>(bits)};
}
template <class T>
u64 give(T value) {
  if constexpr (std::is_same_v<T, bool>) return value;
  else if constexpr (std::is_integral_v<T>) return static_cast<u64>(static_cast<std::make_unsigned_t<T>>(value));
  else return value.bits;
}

// Calls with a number of the type's width and the sign asked for.
template <bool is_signed, class Call>
u64 of_width(Type type, Call call) {
  switch (type) {
    case Type::i8: return call(std::conditional_t<is_signed, i8, u8>{});
    case Type::i16: return call(std::conditional_t<is_signed, i16, u16>{});
    case Type::i32: return call(std::conditional_t<is_signed, i32, u32>{});
    default: return call(std::conditional_t<is_signed, i64, u64>{});
  }
}

template <Operation operation, bool is_signed>
u64 binary(Type type, u64 a, u64 b) {
  if constexpr (!is_signed)
    if (type == Type::i1) {
      if constexpr (operation == Operation::bit_and) return a & b;
      if constexpr (operation == Operation::bit_or) return a | b;
      if constexpr (operation == Operation::bit_xor) return a ^ b;
      if constexpr (operation == Operation::equal) return a == b;
      if constexpr (operation == Operation::not_equal) return a != b;
    }
  return of_width<is_signed>(type, [&](auto like) {
    using T = decltype(like);
    return give(Numbers::binary<operation>(take<T>(a), take<T>(b)));
  });
}

template <Operation operation>
u64 unary(Type type, u64 a) {
  return of_width<false>(type, [&](auto like) {
    using T = decltype(like);
    return give(Numbers::unary<operation, T>(take<T>(a)));
  });
}

}  // namespace detail

/// Of one of those from add to select: the types of its result and of its last operand, the bits of its operands.
[[gnu::always_inline]] inline u64 compute_integer(Opcode opcode, Type type, Type operand_type, u64 a, u64 b, u64 c) {
  using detail::binary, detail::give, detail::unary;
  using meaning::Numbers, meaning::Operation;
  switch (opcode) {
    case Opcode::add: return (a + b) & mask_of(type);
    case Opcode::subtract: return (a - b) & mask_of(type);
    case Opcode::multiply: return (a * b) & mask_of(type);
    case Opcode::multiply_high_signed: return give(Numbers::multiply_high(i64(a), i64(b)));
    case Opcode::multiply_high_mixed: return give(Numbers::multiply_high(i64(a), b));
    case Opcode::multiply_high_unsigned: return Numbers::multiply_high(a, b);
    case Opcode::divide_signed: return binary<Operation::divide, true>(type, a, b);
    case Opcode::divide_unsigned: return binary<Operation::divide, false>(type, a, b);
    case Opcode::remainder_signed: return binary<Operation::remainder, true>(type, a, b);
    case Opcode::remainder_unsigned: return binary<Operation::remainder, false>(type, a, b);
    case Opcode::bit_and: return a & b;
    case Opcode::bit_or: return a | b;
    case Opcode::bit_xor: return a ^ b;
    case Opcode::shift_left: return binary<Operation::shift_left, false>(type, a, b);
    case Opcode::shift_right_signed: return binary<Operation::shift_right, true>(type, a, b);
    case Opcode::shift_right_unsigned: return binary<Operation::shift_right, false>(type, a, b);
    case Opcode::rotate_right: return binary<Operation::rotate_right, false>(type, a, b);
    case Opcode::equal: return a == b;
    case Opcode::not_equal: return a != b;
    case Opcode::less_signed: return binary<Operation::less, true>(operand_type, a, b);
    case Opcode::less_unsigned: return a < b;
    case Opcode::greater_equal_signed: return binary<Operation::greater_equal, true>(operand_type, a, b);
    case Opcode::greater_equal_unsigned: return a >= b;
    case Opcode::leading_zeros: return unary<Operation::leading_zeros>(type, a);
    case Opcode::trailing_zeros: return unary<Operation::trailing_zeros>(type, a);
    case Opcode::population: return unary<Operation::population>(type, a);
    case Opcode::byte_swap: return unary<Operation::byte_swap>(type, a);
    case Opcode::truncate: return a & mask_of(type);
    case Opcode::extend_signed: {
      const unsigned above = 64 - bits_of(operand_type);
      return static_cast<u64>(static_cast<i64>(a << above) >> above) & mask_of(type);
    }
    case Opcode::extend_unsigned:
    case Opcode::reinterpret: return a;
    case Opcode::select: return a ? b : c;
    default: __builtin_unreachable();
  }
}

}  // namespace diptych::ir

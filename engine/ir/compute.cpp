#include "engine/ir/compute.hpp"

#include "engine/meaning/numbers.hpp"

namespace diptych::ir {
namespace {

using meaning::FloatOperation;
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

template <FloatOperation operation, class R, class F, class... Bits>
Computed floating(u64 rounding, Bits... bits) {
  const auto made = Numbers::floating<operation, R>(static_cast<u8>(rounding), take<F>(bits)...);
  return {give(made.value), made.flags};
}

// Operands and result of one format.
template <FloatOperation operation, class... Bits>
Computed arithmetic(Type type, u64 rounding, Bits... bits) {
  return type == Type::f32 ? floating<operation, f32, f32>(rounding, bits...)
                           : floating<operation, f64, f64>(rounding, bits...);
}
template <FloatOperation operation>
Computed comparison(Type type, u64 rounding, u64 a, u64 b) {
  return type == Type::f32 ? floating<operation, bool, f32>(rounding, a, b)
                           : floating<operation, bool, f64>(rounding, a, b);
}
template <class Word, class Long>
Computed to_integer(const Instruction& i, u64 rounding, u64 a) {
  constexpr auto to = FloatOperation::to_integer;
  if (i.operand_type == Type::f32)
    return i.type == Type::i32 ? floating<to, Word, f32>(rounding, a) : floating<to, Long, f32>(rounding, a);
  return i.type == Type::i32 ? floating<to, Word, f64>(rounding, a) : floating<to, Long, f64>(rounding, a);
}
template <class Word, class Long>
Computed from_integer(const Instruction& i, u64 rounding, u64 a) {
  constexpr auto from = FloatOperation::from_integer;
  if (i.operand_type == Type::i32)
    return i.type == Type::f32 ? floating<from, f32, Word>(rounding, a) : floating<from, f64, Word>(rounding, a);
  return i.type == Type::f32 ? floating<from, f32, Long>(rounding, a) : floating<from, f64, Long>(rounding, a);
}

}  // namespace

Computed compute(const Instruction& i, const std::array<u64, 4>& operands) {
  const auto [a, b, c, d] = operands;
  switch (i.opcode) {
    case Opcode::add: return {(a + b) & mask_of(i.type)};
    case Opcode::subtract: return {(a - b) & mask_of(i.type)};
    case Opcode::multiply: return {(a * b) & mask_of(i.type)};
    case Opcode::multiply_high_signed: return {give(Numbers::multiply_high(i64(a), i64(b)))};
    case Opcode::multiply_high_mixed: return {give(Numbers::multiply_high(i64(a), b))};
    case Opcode::multiply_high_unsigned: return {Numbers::multiply_high(a, b)};
    case Opcode::divide_signed: return {binary<Operation::divide, true>(i.type, a, b)};
    case Opcode::divide_unsigned: return {binary<Operation::divide, false>(i.type, a, b)};
    case Opcode::remainder_signed: return {binary<Operation::remainder, true>(i.type, a, b)};
    case Opcode::remainder_unsigned: return {binary<Operation::remainder, false>(i.type, a, b)};
    case Opcode::bit_and: return {a & b};
    case Opcode::bit_or: return {a | b};
    case Opcode::bit_xor: return {a ^ b};
    case Opcode::shift_left: return {binary<Operation::shift_left, false>(i.type, a, b)};
    case Opcode::shift_right_signed: return {binary<Operation::shift_right, true>(i.type, a, b)};
    case Opcode::shift_right_unsigned: return {binary<Operation::shift_right, false>(i.type, a, b)};
    case Opcode::rotate_right: return {binary<Operation::rotate_right, false>(i.type, a, b)};
    case Opcode::equal: return {a == b};
    case Opcode::not_equal: return {a != b};
    case Opcode::less_signed: return {binary<Operation::less, true>(i.operand_type, a, b)};
    case Opcode::less_unsigned: return {a < b};
    case Opcode::greater_equal_signed: return {binary<Operation::greater_equal, true>(i.operand_type, a, b)};
    case Opcode::greater_equal_unsigned: return {a >= b};
    case Opcode::leading_zeros: return {unary<Operation::leading_zeros>(i.type, a)};
    case Opcode::trailing_zeros: return {unary<Operation::trailing_zeros>(i.type, a)};
    case Opcode::population: return {unary<Operation::population>(i.type, a)};
    case Opcode::byte_swap: return {unary<Operation::byte_swap>(i.type, a)};
    case Opcode::truncate: return {a & mask_of(i.type)};
    case Opcode::extend_signed: {
      const unsigned above = 64 - bits_of(i.operand_type);
      return {static_cast<u64>(static_cast<i64>(a << above) >> above) & mask_of(i.type)};
    }
    case Opcode::extend_unsigned:
    case Opcode::reinterpret: return {a};
    case Opcode::select: return {a ? b : c};
    case Opcode::float_add: return arithmetic<FloatOperation::add>(i.type, a, b, c);
    case Opcode::float_subtract: return arithmetic<FloatOperation::subtract>(i.type, a, b, c);
    case Opcode::float_multiply: return arithmetic<FloatOperation::multiply>(i.type, a, b, c);
    case Opcode::float_divide: return arithmetic<FloatOperation::divide>(i.type, a, b, c);
    case Opcode::float_square_root: return arithmetic<FloatOperation::square_root>(i.type, a, b);
    case Opcode::float_fused_multiply_add: return arithmetic<FloatOperation::fused_multiply_add>(i.type, a, b, c, d);
    case Opcode::float_minimum: return arithmetic<FloatOperation::minimum>(i.type, a, b, c);
    case Opcode::float_maximum: return arithmetic<FloatOperation::maximum>(i.type, a, b, c);
    case Opcode::float_equal: return comparison<FloatOperation::equal>(i.operand_type, a, b, c);
    case Opcode::float_less: return comparison<FloatOperation::less>(i.operand_type, a, b, c);
    case Opcode::float_less_equal: return comparison<FloatOperation::less_equal>(i.operand_type, a, b, c);
    case Opcode::float_to_signed: return to_integer<i32, i64>(i, a, b);
    case Opcode::float_to_unsigned: return to_integer<u32, u64>(i, a, b);
    case Opcode::float_from_signed: return from_integer<i32, i64>(i, a, b);
    case Opcode::float_from_unsigned: return from_integer<u32, u64>(i, a, b);
    case Opcode::float_convert:
      return i.type == Type::f32 ? floating<FloatOperation::convert, f32, f64>(a, b)
                                 : floating<FloatOperation::convert, f64, f32>(a, b);
    default: return {};
  }
}

}  // namespace diptych::ir

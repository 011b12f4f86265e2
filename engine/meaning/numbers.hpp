// Arithmetic on plain numbers: what the evaluator computes with.
#pragma once

#include "engine/floating/floating.hpp"
#include "engine/meaning/operation.hpp"

#include <bit>
#include <type_traits>

namespace diptych::meaning {

struct Numbers {
  template <class T>
  using Handle = T;

  template <class T>
  struct FloatHandles {
    T value;
    u8 flags;
  };

  template <class T>
  static T constant_like(T, T value) { return value; }

  template <Operation operation, class T>
  static auto binary(T a, T b) {
    // Unsigned arithmetic at full width: it wraps, where signed or promoted arithmetic is undefined.
    using U = std::make_unsigned_t<std::conditional_t<std::is_same_v<T, bool>, u8, T>>;
    using Wide = std::conditional_t<(sizeof(U) < 4), u32, U>;
    constexpr unsigned width = sizeof(T) * 8;
    [[maybe_unused]] const Wide wide_a = static_cast<U>(a), wide_b = static_cast<U>(b);
    if constexpr (operation == Operation::add) return static_cast<T>(wide_a + wide_b);
    if constexpr (operation == Operation::subtract) return static_cast<T>(wide_a - wide_b);
    if constexpr (operation == Operation::multiply) return static_cast<T>(wide_a * wide_b);
    if constexpr (operation == Operation::divide) {
      if (b == 0) return T{0};
      if constexpr (std::is_signed_v<T>)
        if (b == T{-1}) return static_cast<T>(Wide{0} - wide_a);
      return static_cast<T>(a / b);
    }
    if constexpr (operation == Operation::remainder) {
      if (b == 0) return a;
      if constexpr (std::is_signed_v<T>)
        if (b == T{-1}) return T{0};
      return static_cast<T>(a % b);
    }
    if constexpr (operation == Operation::bit_and) return static_cast<T>(wide_a & wide_b);
    if constexpr (operation == Operation::bit_or) return static_cast<T>(wide_a | wide_b);
    if constexpr (operation == Operation::bit_xor) return static_cast<T>(wide_a ^ wide_b);
    if constexpr (operation == Operation::shift_left) return wide_b < width ? static_cast<T>(wide_a << wide_b) : T{0};
    if constexpr (operation == Operation::shift_right)
      return static_cast<T>(wide_b < width ? a >> wide_b : std::is_signed_v<T> ? a >> (width - 1) : T{0});
    if constexpr (operation == Operation::rotate_right)
      return static_cast<T>(std::rotr(static_cast<U>(a), static_cast<int>(wide_b % width)));
    if constexpr (operation == Operation::equal) return a == b;
    if constexpr (operation == Operation::not_equal) return a != b;
    if constexpr (operation == Operation::less) return a < b;
    if constexpr (operation == Operation::greater_equal) return a >= b;
  }

  template <Operation operation, class R, class T>
  static R unary(T a) {
    using U = std::make_unsigned_t<T>;
    const U bits = static_cast<U>(a);
    if constexpr (operation == Operation::leading_zeros) return static_cast<R>(std::countl_zero(bits));
    if constexpr (operation == Operation::trailing_zeros) return static_cast<R>(std::countr_zero(bits));
    if constexpr (operation == Operation::population) return static_cast<R>(std::popcount(bits));
    if constexpr (operation == Operation::byte_swap) return static_cast<R>(std::byteswap(bits));
  }

  template <class To, class From>
  static To convert(From value) { return static_cast<To>(value); }

  template <class To, class From>
  static To reinterpret(From value) { return std::bit_cast<To>(value); }

  template <class T>
  static T select(bool condition, T yes, T no) { return condition ? yes : no; }

  template <class T, class U>
  static T multiply_high(T a, U b) {
    static_assert(sizeof(T) == 8 && sizeof(U) == 8);
    // The product modulo 2^128 is the same whatever the signs, once each operand is extended by its own.
    const u128 wide_a = static_cast<u128>(static_cast<i128>(a));
    const u128 wide_b = static_cast<u128>(static_cast<i128>(b));
    return static_cast<T>((wide_a * wide_b) >> 64);
  }

  template <FloatOperation operation, class R, class... Operands>
  static FloatHandles<R> floating(u8 rounding, Operands... operands) {
    using namespace diptych::floating;
    Environment environment{.rounding = static_cast<Rounding>(rounding)};
    R result = [&]() -> R {
      if constexpr (operation == FloatOperation::add) return add(environment, operands...);
      if constexpr (operation == FloatOperation::subtract) return subtract(environment, operands...);
      if constexpr (operation == FloatOperation::multiply) return multiply(environment, operands...);
      if constexpr (operation == FloatOperation::divide) return divide(environment, operands...);
      if constexpr (operation == FloatOperation::square_root) return square_root(environment, operands...);
      if constexpr (operation == FloatOperation::fused_multiply_add) return fused_multiply_add(environment, operands...);
      if constexpr (operation == FloatOperation::minimum) return minimum(environment, operands...);
      if constexpr (operation == FloatOperation::maximum) return maximum(environment, operands...);
      if constexpr (operation == FloatOperation::equal) return equal(environment, operands...);
      if constexpr (operation == FloatOperation::less) return less(environment, operands...);
      if constexpr (operation == FloatOperation::less_equal) return less_equal(environment, operands...);
      if constexpr (operation == FloatOperation::to_integer) return to_integer<R>(environment, operands...);
      if constexpr (operation == FloatOperation::from_integer) return from_integer<R>(environment, operands...);
      if constexpr (operation == FloatOperation::convert) return diptych::floating::convert<R>(environment, operands...);
    }();
    return {result, environment.flags};
  }
};

}  // namespace diptych::meaning

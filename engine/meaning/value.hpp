// Typed values a meaning computes with, whoever computes them.
//
// The meaning of an instruction is a generic lambda; what its `auto` values are is the builder's
// choice: numbers, numbers that know whether they are defined, nodes of an IR. This file gives all of
// them the same operators, so that a row reads as arithmetic and stays true for every builder.
//
// An arithmetic `A` provides:
//   A::Handle<T>                       what stands for a T
//   A::constant_like(handle, T)        a constant beside an existing value
//   A::binary<Operation>(a, b)         of two handles of one type; comparisons give Handle<bool>
//   A::unary<Operation, R>(a)
//   A::convert<To>(a)                  integer to integer: truncates, or extends by the source's sign
//   A::reinterpret<To>(a)              same bits, another type
//   A::select(condition, a, b)
//   A::multiply_high(a, b)             the upper half of the full product, each operand by its own sign
//   A::floating<Operation, R>(rounding, operands...) -> FloatHandles {value, flags}
#pragma once

#include "engine/meaning/operation.hpp"

#include <concepts>
#include <type_traits>

namespace diptych::meaning {

template <class A, class T>
struct Value {
  using Arithmetic = A;
  using Type = T;
  typename A::template Handle<T> handle;
};

template <class T>
concept Number = std::integral<T> && !std::same_as<T, bool>;

template <class T>
using Unsigned = std::make_unsigned_t<T>;

template <class A, class T>
Value<A, T> constant_like(Value<A, T> other, std::type_identity_t<T> value) {
  return {A::constant_like(other.handle, value)};
}

/// Integer to integer: keeps the low bits, or extends by the source type's sign.
template <Number To, class A, Number From>
Value<A, To> to(Value<A, From> value) {
  if constexpr (std::same_as<To, From>)
    return value;
  else
    return {A::template convert<To>(value.handle)};
}

/// 1 where the condition holds, else 0.
template <Number To, class A>
Value<A, To> to(Value<A, bool> value) {
  return {A::template convert<To>(value.handle)};
}

/// The same bits as another type of the same width.
template <class To, class A, class From>
Value<A, To> reinterpret(Value<A, From> value) {
  static_assert(sizeof(To) == sizeof(From));
  return {A::template reinterpret<To>(value.handle)};
}

template <class A, class T>
Value<A, T> select(Value<A, bool> condition, Value<A, T> yes, Value<A, T> no) {
  return {A::select(condition.handle, yes.handle, no.handle)};
}
template <class A, class T>
Value<A, T> select(Value<A, bool> condition, std::type_identity_t<T> yes, Value<A, T> no) {
  return select(condition, constant_like(no, yes), no);
}
template <class A, class T>
Value<A, T> select(Value<A, bool> condition, Value<A, T> yes, std::type_identity_t<T> no) {
  return select(condition, yes, constant_like(yes, no));
}

namespace detail {

template <Operation operation, class A, class T>
auto binary(Value<A, T> a, Value<A, T> b) {
  using R = std::conditional_t<is_comparison(operation), bool, T>;
  return Value<A, R>{A::template binary<operation>(a.handle, b.handle)};
}
template <Operation operation, class A, class T>
auto binary(Value<A, T> a, T b) {
  return binary<operation>(a, constant_like(a, b));
}

}  // namespace detail

// The operators, each over two values of one type or a value and a constant. Arithmetic wraps. A shift
// by the width or more, the count read as unsigned, shifts everything out: a row whose guest takes only
// some bits of the count says so. A right shift is arithmetic where the type is signed. Rotations are
// modulo the width. Division is total: by zero it gives zero with the dividend as remainder; the least number by -1 wraps.
#define DIPTYCH_OPERATOR(symbol, operation)                                  \
  template <class A, class T>                                                \
  auto operator symbol(Value<A, T> a, Value<A, T> b) {                       \
    return detail::binary<Operation::operation>(a, b);                       \
  }                                                                          \
  template <class A, class T, std::integral C>                               \
  auto operator symbol(Value<A, T> a, C b) {                                 \
    return detail::binary<Operation::operation>(a, static_cast<T>(b));       \
  }
DIPTYCH_OPERATOR(+, add)
DIPTYCH_OPERATOR(-, subtract)
DIPTYCH_OPERATOR(*, multiply)
DIPTYCH_OPERATOR(/, divide)
DIPTYCH_OPERATOR(%, remainder)
DIPTYCH_OPERATOR(&, bit_and)
DIPTYCH_OPERATOR(|, bit_or)
DIPTYCH_OPERATOR(^, bit_xor)
DIPTYCH_OPERATOR(<<, shift_left)
DIPTYCH_OPERATOR(>>, shift_right)
DIPTYCH_OPERATOR(==, equal)
DIPTYCH_OPERATOR(!=, not_equal)
DIPTYCH_OPERATOR(<, less)
DIPTYCH_OPERATOR(>=, greater_equal)
#undef DIPTYCH_OPERATOR

template <class A, class T>
auto operator>(Value<A, T> a, Value<A, T> b) { return b < a; }
template <class A, class T>
auto operator<=(Value<A, T> a, Value<A, T> b) { return b >= a; }

template <class A, Number T>
Value<A, T> operator~(Value<A, T> a) { return a ^ T(~T{0}); }
template <class A, Number T>
Value<A, T> operator-(Value<A, T> a) { return constant_like(a, T{0}) - a; }

template <class A, Number T>
Value<A, T> rotate_right(Value<A, T> a, Value<A, T> count) { return detail::binary<Operation::rotate_right>(a, count); }
template <class A, Number T>
Value<A, T> leading_zeros(Value<A, T> a) { return {A::template unary<Operation::leading_zeros, T>(a.handle)}; }
template <class A, Number T>
Value<A, T> trailing_zeros(Value<A, T> a) { return {A::template unary<Operation::trailing_zeros, T>(a.handle)}; }
template <class A, Number T>
Value<A, T> population(Value<A, T> a) { return {A::template unary<Operation::population, T>(a.handle)}; }
template <class A, Number T>
Value<A, T> byte_swap(Value<A, T> a) { return {A::template unary<Operation::byte_swap, T>(a.handle)}; }

/// The upper half of the product, each operand extended by its own sign; of the first one's type.
template <class A, Number T, Number U>
Value<A, T> multiply_high(Value<A, T> a, Value<A, U> b) {
  static_assert(sizeof(T) == sizeof(U));
  return {A::multiply_high(a.handle, b.handle)};
}

template <class A, Number T>
Value<A, T> lesser(Value<A, T> a, Value<A, T> b) { return select(a < b, a, b); }
template <class A, Number T>
Value<A, T> greater(Value<A, T> a, Value<A, T> b) { return select(a < b, b, a); }

/// A floating-point result, and the exception flags its computation raised.
template <class A, class T>
struct WithFlags {
  Value<A, T> value;
  Value<A, u8> flags;
};

}  // namespace diptych::meaning

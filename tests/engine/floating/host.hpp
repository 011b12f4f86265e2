// What the host's processor makes of the same operation: its SSE instructions under the four roundings it has. The
// fifth, to nearest with ties away from zero, is decided by the exact result, for which 113 bits and an error term do.
#pragma once

#include "engine/floating/environment.hpp"
#include "engine/floating/formats.hpp"

#include <bit>
#include <type_traits>

namespace diptych::floating::test::host {

template <Float F>
using Native = std::conditional_t<std::is_same_v<F, f32>, float, double>;

template <Float F>
Native<F> native(F f) {
  return std::bit_cast<Native<F>>(f.bits);
}
inline f32 guest(float f) { return {std::bit_cast<u32>(f)}; }
inline f64 guest(double f) { return {std::bit_cast<u64>(f)}; }

template <class T>
struct Answer {
  T value{};
  u8 flags = 0;

  bool operator==(const Answer&) const = default;
};

/// Does what is given under a rounding (not nearest_away) and tells the flags raised. Whatever is to be measured has to
/// be volatile assembly: only that stays in its place.
template <class Operation>
u8 flags_of(Rounding rounding, Operation operation) {
  constexpr u32 masked = 0x1f80;
  constexpr u32 control[] = {0, 3, 1, 2};
  const u32 before = masked | control[static_cast<u8>(rounding)] << 13;
  u32 after = 0;
  asm volatile("ldmxcsr %0" : : "m"(before));
  operation();
  asm volatile("stmxcsr %0" : "=m"(after));
  asm volatile("ldmxcsr %0" : : "m"(masked));
  u8 flags = 0;
  if (after & 1) flags |= flag::invalid;
  if (after & 4) flags |= flag::divide_by_zero;
  if (after & 8) flags |= flag::overflow;
  if (after & 16) flags |= flag::underflow;
  if (after & 32) flags |= flag::inexact;
  return flags;
}

/// The answer of an operation that changes its first operand.
template <class Operation, Float F>
Answer<F> answer(Rounding rounding, Operation operation, F first) {
  Native<F> value = native(first);
  const u8 flags = flags_of(rounding, [&] { operation(value); });
  return {guest(value), flags};
}

inline constexpr auto add = [](auto& a, auto b) {
  if constexpr (sizeof a == 4)
    asm volatile("addss %1, %0" : "+x"(a) : "x"(b));
  else
    asm volatile("addsd %1, %0" : "+x"(a) : "x"(b));
};
inline constexpr auto subtract = [](auto& a, auto b) {
  if constexpr (sizeof a == 4)
    asm volatile("subss %1, %0" : "+x"(a) : "x"(b));
  else
    asm volatile("subsd %1, %0" : "+x"(a) : "x"(b));
};
inline constexpr auto multiply = [](auto& a, auto b) {
  if constexpr (sizeof a == 4)
    asm volatile("mulss %1, %0" : "+x"(a) : "x"(b));
  else
    asm volatile("mulsd %1, %0" : "+x"(a) : "x"(b));
};
inline constexpr auto divide = [](auto& a, auto b) {
  if constexpr (sizeof a == 4)
    asm volatile("divss %1, %0" : "+x"(a) : "x"(b));
  else
    asm volatile("divsd %1, %0" : "+x"(a) : "x"(b));
};
inline constexpr auto square_root = [](auto& a) {
  if constexpr (sizeof a == 4)
    asm volatile("sqrtss %0, %0" : "+x"(a));
  else
    asm volatile("sqrtsd %0, %0" : "+x"(a));
};
/// In the form whose NaNs take precedence as the operands are written: a × b + c.
inline constexpr auto fused_multiply_add = [](auto& a, auto b, auto c) {
  if constexpr (sizeof a == 4)
    asm volatile("vfmadd132ss %1, %2, %0" : "+x"(a) : "x"(b), "x"(c));
  else
    asm volatile("vfmadd132sd %1, %2, %0" : "+x"(a) : "x"(b), "x"(c));
};
/// To an integer of the same format, as the rounding in force has it; without the inexact flag.
inline constexpr auto round_silently = [](auto& a) {
  if constexpr (sizeof a == 4)
    asm volatile("roundss $12, %0, %0" : "+x"(a));
  else
    asm volatile("roundsd $12, %0, %0" : "+x"(a));
};
inline constexpr auto round = [](auto& a) {
  if constexpr (sizeof a == 4)
    asm volatile("roundss $4, %0, %0" : "+x"(a));
  else
    asm volatile("roundsd $4, %0, %0" : "+x"(a));
};

inline Answer<f32> narrow(Rounding rounding, f64 f) {
  float value = 0;
  const u8 flags = flags_of(rounding, [&] { asm volatile("cvtsd2ss %1, %0" : "+x"(value) : "x"(native(f))); });
  return {guest(value), flags};
}
inline Answer<f64> widen(Rounding rounding, f32 f) {
  double value = 0;
  const u8 flags = flags_of(rounding, [&] { asm volatile("cvtss2sd %1, %0" : "+x"(value) : "x"(native(f))); });
  return {guest(value), flags};
}

template <Float F>
Answer<F> from_i64(Rounding rounding, i64 integer) {
  Native<F> value = 0;
  const u8 flags = flags_of(rounding, [&] {
    if constexpr (sizeof(F) == 4)
      asm volatile("cvtsi2ssq %1, %0" : "+x"(value) : "r"(integer));
    else
      asm volatile("cvtsi2sdq %1, %0" : "+x"(value) : "r"(integer));
  });
  return {guest(value), flags};
}
/// Upwards of 2^63 half of it is converted, its last bit sticky, and doubled, which is exact.
template <Float F>
Answer<F> from_u64(Rounding rounding, u64 integer) {
  if (integer >> 63 == 0) return from_i64<F>(rounding, static_cast<i64>(integer));
  auto half = from_i64<F>(rounding, static_cast<i64>(integer >> 1 | (integer & 1)));
  half.value.bits += Format<F>::implicit;
  return half;
}

/// An exact result as a head of 113 bits and, where those are not enough, what it lacks.
struct Exact {
  __float128 head;
  __float128 tail = 0;
};

inline Exact exact_sum(__float128 a, __float128 b) {
  const __float128 head = a + b;
  const __float128 of_b = head - a;
  return {head, (a - (head - of_b)) + (b - of_b)};
}

/// Whether a result is below the normal numbers before it is rounded.
template <Float F>
bool is_tiny(Exact exact) {
  const __float128 least_normal = native(F{Format<F>::implicit});
  const bool negative = exact.head < 0;
  const __float128 head = negative ? -exact.head : exact.head;
  return head < least_normal || (head == least_normal && (negative ? exact.tail > 0 : exact.tail < 0));
}

/// What rounds to nearest with ties away, given the exact result and what the host makes of it towards zero.
template <Float F>
Answer<F> nearest_away(Exact exact, Answer<F> towards_zero) {
  using T = Format<F>;
  if (!(towards_zero.flags & flag::inexact)) return towards_zero;
  const bool negative = is_negative(towards_zero.value);
  const F inner{magnitude(towards_zero.value)};
  const F outer{inner.bits + 1};
  const __float128 least_normal = native(F{T::implicit});
  const __float128 head = negative ? -exact.head : exact.head;
  const __float128 tail = negative ? -exact.tail : exact.tail;
  const auto last_place = [&] { return __float128(native(inner)) - __float128(native(F{inner.bits - 1})); };
  const __float128 beyond = is_infinite(outer) ? __float128(native(inner)) + last_place() : __float128(native(outer));
  const __float128 lean = (head - native(inner)) - (beyond - head);
  const F value = lean > 0 || (lean == 0 && tail >= 0) ? outer : inner;
  const __float128 reaches_normal = least_normal - least_normal / (T::implicit * __float128(4));
  u8 flags = flag::inexact;
  if (is_infinite(value)) flags |= flag::overflow;
  if (head < reaches_normal || (head == reaches_normal && tail < 0)) flags |= flag::underflow;
  return {with_sign<F>(negative, value.bits), flags};
}

}  // namespace diptych::floating::test::host

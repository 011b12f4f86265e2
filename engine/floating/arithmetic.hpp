// Addition, multiplication, division, the square root and the fused multiply-add. Each is computed exactly,
// or with a sticky bit for what lies too low to matter, and rounded once.
#pragma once

#include "engine/floating/nan.hpp"
#include "engine/floating/number.hpp"
#include "engine/floating/roots.hpp"

#include <type_traits>
#include <utility>

namespace diptych::floating {

/// A sum that is exactly zero keeps the sign its terms agree on; else it is negative only in rounding down.
template <Float F>
constexpr F zero_sum(const Environment& environment, bool first_negative, bool second_negative) {
  const bool disagreed = environment.rounding == Rounding::down;
  return with_sign<F>(first_negative == second_negative ? first_negative : disagreed, 0);
}

/// The rounded sum of two numbers. Where their exponents differ, the greater one's must be normalized. So a
/// sticky bit and a long cancellation never come together: the first takes exponents two apart or more, and
/// the second exponents closer than that.
template <Float F, class Word>
constexpr F sum(Environment& environment, Number<Word> a, Number<Word> b) {
  if (a.exponent < b.exponent) std::swap(a, b);
  b.significand = shift_right_sticky(b.significand, a.exponent - b.exponent);
  if (a.negative == b.negative) {
    a.significand += b.significand;
  } else {
    if (a.significand < b.significand) std::swap(a.significand, b.significand), a.negative = b.negative;
    a.significand -= b.significand;
    if (a.significand == 0) return zero_sum<F>(environment, false, true);
  }
  if (a.significand == 0) return with_sign<F>(a.negative, 0);
  return rounded<F>(environment, a);
}

/// The exact product of two finite numbers; not normalized.
template <Float F>
constexpr Number<typename Format<F>::Wide> product(F a, F b) {
  using T = Format<F>;
  using Wide = T::Wide;
  return {is_negative(a) != is_negative(b),
          exponent_of(a) + exponent_of(b) - T::bias - 2 * T::fraction_bits + lead<Wide>,
          Wide{significand_of(a)} * significand_of(b)};
}

/// a + b.
template <Float F>
constexpr F add(Environment& environment, F a, F b) {
  using Word = Format<F>::Word;
  if (is_finite(a) && is_finite(b)) [[likely]]
    return sum<F>(environment, taken_apart<Word>(a), taken_apart<Word>(b));
  if (is_nan(a) || is_nan(b)) return propagate(environment, a, b);
  if (is_infinite(a) && is_infinite(b) && a != b) return invalid<F>(environment);
  return is_infinite(a) ? a : b;
}

/// a − b.
template <Float F>
constexpr F subtract(Environment& environment, F a, F b) {
  return add(environment, a, is_nan(b) ? b : negated(b));  // a NaN keeps its sign
}

/// a × b.
template <Float F>
constexpr F multiply(Environment& environment, F a, F b) {
  const bool negative = is_negative(a) != is_negative(b);
  if (is_finite(a) && is_finite(b)) [[likely]] {
    if (is_zero(a) || is_zero(b)) return with_sign<F>(negative, 0);
    return rounded<F>(environment, product(a, b));
  }
  if (is_nan(a) || is_nan(b)) return propagate(environment, a, b);
  if (is_zero(a) || is_zero(b)) return invalid<F>(environment);
  return with_sign<F>(negative, Format<F>::infinity);
}

/// dividend / divisor where the quotient is known to fit in 64 bits, which a plain 128-bit division is not told.
constexpr u64 quotient(u128 dividend, u64 divisor) {
#if defined(__x86_64__)
  if (!std::is_constant_evaluated()) {
    u64 low = static_cast<u64>(dividend);
    u64 high = static_cast<u64>(dividend >> 64);
    asm("divq %[divisor]" : "+a"(low), "+d"(high) : [divisor] "r"(divisor) : "cc");
    return low;
  }
#endif
  return static_cast<u64>(dividend / divisor);
}

constexpr u64 quotient(u64 dividend, u64 divisor) { return dividend / divisor; }

/// a / b.
template <Float F>
constexpr F divide(Environment& environment, F a, F b) {
  using T = Format<F>;
  using Word = T::Word;
  using Wide = T::Wide;
  const bool negative = is_negative(a) != is_negative(b);
  if (is_finite(a) && is_finite(b) && !is_zero(a) && !is_zero(b)) [[likely]] {
    // Of normalized significands, two bits more than the format has, and the last of them sticky.
    constexpr int unused = lead<Word> - T::fraction_bits;
    constexpr int shift = T::fraction_bits + 3;
    const auto x = normalized(taken_apart<Word>(a));
    const auto y = normalized(taken_apart<Word>(b));
    const Wide dividend = Wide{x.significand >> unused} << shift;
    const Word divisor = y.significand >> unused;
    const Word whole = quotient(dividend, divisor);
    const bool sticky = Wide{whole} * divisor != dividend;
    return rounded<F>(environment,
                      Number<Word>{negative, x.exponent - y.exponent + T::bias + lead<Word> - shift, whole | sticky});
  }
  if (is_nan(a) || is_nan(b)) return propagate(environment, a, b);
  if (is_infinite(a)) return is_infinite(b) ? invalid<F>(environment) : with_sign<F>(negative, T::infinity);
  if (is_infinite(b)) return with_sign<F>(negative, 0);
  if (is_zero(b)) {
    if (is_zero(a)) return invalid<F>(environment);
    environment.raise(flag::divide_by_zero);
    return with_sign<F>(negative, T::infinity);
  }
  return with_sign<F>(negative, 0);
}

/// The square root; that of −0 is −0.
template <Float F>
constexpr F square_root(Environment& environment, F a) {
  using T = Format<F>;
  if (is_nan(a)) return propagate(environment, a);
  if (is_zero(a)) return a;
  if (is_negative(a)) return invalid<F>(environment);
  if (is_infinite(a)) return a;
  const auto number = normalized(taken_apart<u64>(a));
  const int power = number.exponent - T::bias;
  const int odd = power & 1;
  return rounded<F>(environment,
                    Number<u64>{false, (power - odd) / 2 + T::bias, sticky_root(number.significand << odd)});
}

/// a × b + c, rounded once.
template <Float F>
constexpr F fused_multiply_add(Environment& environment, F a, F b, F c) {
  using Wide = Format<F>::Wide;
  const bool negative = is_negative(a) != is_negative(b);
  if (is_finite(a) && is_finite(b) && is_finite(c)) [[likely]] {
    const auto factors = product(a, b);
    if (factors.significand == 0) return is_zero(c) ? zero_sum<F>(environment, negative, is_negative(c)) : c;
    if (is_zero(c)) return rounded<F>(environment, factors);
    return sum<F>(environment, normalized(factors), normalized(taken_apart<Wide>(c)));
  }
  const bool no_product = (is_infinite(a) && is_zero(b)) || (is_zero(a) && is_infinite(b));
  if (is_nan(a) || is_nan(b) || is_nan(c)) {
    if (no_product && environment.nans != NanRule::first_operand) {
      environment.raise(flag::invalid);
      if (!is_signalling(c)) return default_nan<F>(environment);
    }
    return environment.nans == NanRule::signalling_first ? propagate(environment, c, a, b)
                                                         : propagate(environment, a, b, c);
  }
  if (no_product) return invalid<F>(environment);
  if (is_finite(a) && is_finite(b)) return c;
  if (is_infinite(c) && is_negative(c) != negative) return invalid<F>(environment);
  return with_sign<F>(negative, Format<F>::infinity);
}

}  // namespace diptych::floating

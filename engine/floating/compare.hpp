// Comparisons, the lesser and the greater, and the class of a number.
#pragma once

#include "engine/floating/nan.hpp"
#include "engine/floating/number.hpp"

#include <type_traits>

namespace diptych::floating {

/// An integer that orders all numbers but NaNs as they are ordered, −0 just below +0.
template <Float F>
constexpr auto order(F f) {
  using Signed = std::make_signed_t<typename Format<F>::Bits>;
  return static_cast<Signed>(is_negative(f) ? ~magnitude(f) : magnitude(f));
}

/// Whether the numbers are the same. Quiet: only a signalling NaN is invalid.
template <Float F>
constexpr bool equal(Environment& environment, F a, F b) {
  if (is_signalling(a) || is_signalling(b)) environment.raise(flag::invalid);
  if (is_nan(a) || is_nan(b)) return false;
  return a == b || (is_zero(a) && is_zero(b));
}

/// a < b. Any NaN is invalid.
template <Float F>
constexpr bool less(Environment& environment, F a, F b) {
  if (is_nan(a) || is_nan(b)) return environment.raise(flag::invalid), false;
  return order(a) < order(b) && !(is_zero(a) && is_zero(b));
}

/// a ≤ b. Any NaN is invalid.
template <Float F>
constexpr bool less_equal(Environment& environment, F a, F b) {
  if (is_nan(a) || is_nan(b)) return environment.raise(flag::invalid), false;
  return order(a) <= order(b) || (is_zero(a) && is_zero(b));
}

/// The number, where one operand is one; the default NaN where both are NaNs. A signalling NaN is invalid all
/// the same.
template <Float F>
constexpr F number_of(Environment& environment, F a, F b) {
  if (is_signalling(a) || is_signalling(b)) environment.raise(flag::invalid);
  if (is_nan(a) && is_nan(b)) return default_nan<F>(environment);
  return is_nan(a) ? b : a;
}

/// IEEE 754-2019 minimumNumber, and RISC-V's fmin: −0 is less than +0.
template <Float F>
constexpr F minimum(Environment& environment, F a, F b) {
  if (is_nan(a) || is_nan(b)) [[unlikely]]
    return number_of(environment, a, b);
  return order(a) < order(b) ? a : b;
}

/// IEEE 754-2019 maximumNumber, and RISC-V's fmax: +0 is greater than −0.
template <Float F>
constexpr F maximum(Environment& environment, F a, F b) {
  if (is_nan(a) || is_nan(b)) [[unlikely]]
    return number_of(environment, a, b);
  return order(a) > order(b) ? a : b;
}

/// One bit, as RISC-V's fclass numbers them: −infinity, negative normal, negative subnormal, −0, +0, positive
/// subnormal, positive normal, +infinity, signalling NaN, quiet NaN.
template <Float F>
constexpr u16 classify(F f) {
  if (is_nan(f)) return is_signalling(f) ? 1 << 8 : 1 << 9;
  const int size = is_infinite(f) ? 3 : is_zero(f) ? 0 : exponent_field(f) == 0 ? 1 : 2;
  return static_cast<u16>(1 << (is_negative(f) ? 3 - size : 4 + size));
}

}  // namespace diptych::floating

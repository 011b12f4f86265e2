// Floating-point numbers as the bits they are made of. They are types of their own, so that no
// arithmetic of the host's can be applied to a guest's number by accident.
#pragma once

#include "engine/machine/integers.hpp"

namespace diptych {

/// IEEE 754 binary32.
struct f32 {
  u32 bits = 0;

  bool operator==(const f32&) const = default;  ///< the same bits; for the same number see floating::equal
};

/// IEEE 754 binary64.
struct f64 {
  u64 bits = 0;

  bool operator==(const f64&) const = default;
};

namespace floating {

/// What the arithmetic has to know of an IEEE 754 interchange format. `Word` is the integer sums are
/// formed and rounded in: it leaves a carry bit above a significand and at least three bits below.
/// `Wide` does the same for the exact product of two significands.
template <class BitsOf, class WordOf, class WideOf, int exponent_width, int fraction_width>
struct Interchange {
  using Bits = BitsOf;
  using Word = WordOf;
  using Wide = WideOf;

  static constexpr int fraction_bits = fraction_width;
  static constexpr int exponent_max = (1 << exponent_width) - 1;  ///< the field of infinities and NaNs
  static constexpr int bias = exponent_max >> 1;

  static constexpr Bits sign = Bits{1} << (exponent_width + fraction_width);
  static constexpr Bits implicit = Bits{1} << fraction_width;  ///< the leading one that is not stored
  static constexpr Bits fraction = implicit - 1;
  static constexpr Bits infinity = Bits{exponent_max} << fraction_width;
  static constexpr Bits quiet = implicit >> 1;  ///< set in quiet NaNs, clear in signalling ones
};

template <class F>
struct Format;

template <>
struct Format<f32> : Interchange<u32, u64, u64, 8, 23> {};

template <>
struct Format<f64> : Interchange<u64, u64, u128, 11, 52> {};

template <class F>
concept Float = requires {
  typename Format<F>::Bits;
};

template <Float F>
constexpr bool is_negative(F f) {
  return (f.bits & Format<F>::sign) != 0;
}

/// The number without its sign.
template <Float F>
constexpr Format<F>::Bits magnitude(F f) {
  return f.bits & ~Format<F>::sign;
}

template <Float F>
constexpr bool is_nan(F f) {
  return magnitude(f) > Format<F>::infinity;
}

template <Float F>
constexpr bool is_signalling(F f) {
  return is_nan(f) && !(f.bits & Format<F>::quiet);
}

template <Float F>
constexpr bool is_infinite(F f) {
  return magnitude(f) == Format<F>::infinity;
}

/// Neither infinite nor NaN.
template <Float F>
constexpr bool is_finite(F f) {
  return magnitude(f) < Format<F>::infinity;
}

template <Float F>
constexpr bool is_zero(F f) {
  return magnitude(f) == 0;
}

template <Float F>
constexpr F with_sign(bool negative, typename Format<F>::Bits magnitude) {
  return F{negative ? magnitude | Format<F>::sign : magnitude};
}

template <Float F>
constexpr F negated(F f) {
  return F{f.bits ^ Format<F>::sign};
}

}  // namespace floating
}  // namespace diptych

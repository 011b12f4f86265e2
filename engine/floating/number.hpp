// Finite numbers taken apart, and put together again by the one rounding that every operation ends in.
#pragma once

#include "engine/floating/environment.hpp"
#include "engine/floating/formats.hpp"

#include <bit>

namespace diptych::floating {

template <class Word>
inline constexpr int word_bits = 8 * int{sizeof(Word)};

/// Where a normalized significand has its leading one. The bit above it takes the carry of a sum.
template <class Word>
inline constexpr int lead = word_bits<Word> - 2;

/// A finite number: significand × 2^(exponent − bias − lead), the bias being that of the format at hand.
/// So the exponent of a normalized number in the format's range is the field that encodes it.
template <class Word>
struct Number {
  bool negative;
  int exponent;
  Word significand;
};

template <class Word>
constexpr int leading_zeros(Word word) {
  if constexpr (sizeof(Word) <= sizeof(u64))
    return std::countl_zero(word);
  else {
    const u64 high = static_cast<u64>(word >> 64);
    return high ? std::countl_zero(high) : 64 + std::countl_zero(static_cast<u64>(word));
  }
}

/// Shifts right, leaving in the lowest bit whether anything was lost: all that a rounding farther up
/// wants to know of it.
template <class Word>
constexpr Word shift_right_sticky(Word word, int count) {
  if (count >= word_bits<Word>) return word != 0;
  const Word kept = word >> count;
  return kept | Word{(kept << count) != word};
}

/// Moves the leading one of a significand, which must not be zero, to its place; from the carry bit it does so by way
/// of a sticky shift.
template <class Word>
constexpr Number<Word> normalized(Number<Word> number) {
  const int zeros = leading_zeros(number.significand);
  const Word shifted = number.significand << zeros;
  return {number.negative, number.exponent + 1 - zeros, shifted >> 1 | (shifted & 1)};
}

template <Float F>
constexpr int exponent_field(F f) {
  return static_cast<int>(magnitude(f) >> Format<F>::fraction_bits);
}

/// Subnormal numbers have the exponent of the smallest normal ones.
template <Float F>
constexpr int exponent_of(F f) {
  const int field = exponent_field(f);
  return field ? field : 1;
}

/// The significand as an integer, its unit that of the last place.
template <Float F>
constexpr Format<F>::Bits significand_of(F f) {
  const auto fraction = f.bits & Format<F>::fraction;
  return exponent_field(f) ? fraction | Format<F>::implicit : fraction;
}

/// A finite number in a word of choice. Subnormal numbers, and zero, are left as they are: with the right
/// value and no leading one.
template <class Word, Float F>
constexpr Number<Word> taken_apart(F f) {
  return {is_negative(f), exponent_of(f), Word{significand_of(f)} << (lead<Word> - Format<F>::fraction_bits)};
}

/// What to add to a significand so that dropping its lowest bits, at least one of them, rounds it.
template <class Word>
constexpr Word rounding_increment(Rounding rounding, bool negative, Word significand, int dropped) {
  const Word half = Word{1} << (dropped - 1);
  const Word almost_one = (half << 1) - 1;
  switch (rounding) {
    case Rounding::nearest_even:
      return half - 1 + (significand >> dropped & 1);
    case Rounding::nearest_away:
      return half;
    case Rounding::down:
      return negative ? almost_one : 0;
    case Rounding::up:
      return negative ? 0 : almost_one;
    case Rounding::toward_zero:
      break;
  }
  return 0;
}

/// What stands for a number beyond the greatest: infinity, or the greatest itself where the rounding never
/// takes a magnitude upwards, not even from the middle of two.
template <Float F>
constexpr F overflowed(Environment& environment, bool negative) {
  environment.raise(flag::overflow | flag::inexact);
  const bool stays_finite = rounding_increment<unsigned>(environment.rounding, negative, 0u, 2) == 0;
  return with_sign<F>(negative, Format<F>::infinity - stays_finite);
}

/// The number of the format that a normalized one rounds to, flags raised.
template <Float F>
constexpr F rounded_normalized(Environment& environment, Number<typename Format<F>::Word> number) {
  using T = Format<F>;
  using Word = T::Word;
  using Bits = T::Bits;
  constexpr int dropped = lead<Word> - T::fraction_bits;
  constexpr Word dropped_mask = (Word{1} << dropped) - 1;

  const bool negative = number.negative;
  int exponent = number.exponent;
  Word significand = number.significand;
  const auto with_increment = [&] {
    return significand + rounding_increment(environment.rounding, negative, significand, dropped);
  };
  if (exponent <= 0) [[unlikely]] {
    // Rounded as if there were no least exponent, only a number just below the least normal one reaches it.
    const bool reaches_normal = exponent == 0 && with_increment() >> (lead<Word> + 1);
    significand = shift_right_sticky(significand, 1 - exponent);
    exponent = 1;
    if (significand & dropped_mask && !(reaches_normal && environment.tininess == Tininess::after_rounding))
      environment.raise(flag::underflow);
  }
  if (exponent >= T::exponent_max) [[unlikely]]
    return overflowed<F>(environment, negative);

  // The leading one is added to the exponent field, so that a carry out of the fraction arrives there too.
  const Bits bits =
      (static_cast<Bits>(exponent - 1) << T::fraction_bits) + static_cast<Bits>(with_increment() >> dropped);
  if (bits >= T::infinity) [[unlikely]]
    return overflowed<F>(environment, negative);
  if (significand & dropped_mask) environment.raise(flag::inexact);
  return with_sign<F>(negative, bits);
}

/// The same for any number but zero, in either of the format's words.
template <Float F, class Word>
constexpr F rounded(Environment& environment, Number<Word> number) {
  using Narrow = Format<F>::Word;
  const Number<Word> normal = normalized(number);
  if constexpr (sizeof(Word) == sizeof(Narrow))
    return rounded_normalized<F>(environment, normal);
  else {
    constexpr int surplus = lead<Word> - lead<Narrow>;
    const bool sticky = (normal.significand & ((Word{1} << surplus) - 1)) != 0;
    return rounded_normalized<F>(
        environment,
        Number<Narrow>{normal.negative, normal.exponent, static_cast<Narrow>(normal.significand >> surplus) | sticky});
  }
}

}  // namespace diptych::floating

// Between numbers and integers, and between formats.
#pragma once

#include "engine/floating/nan.hpp"
#include "engine/floating/number.hpp"

#include <concepts>
#include <limits>

namespace diptych::floating {

/// The integers an instruction converts to and from.
template <class I>
concept Integer = std::same_as<I, i32> || std::same_as<I, u32> || std::same_as<I, i64> || std::same_as<I, u64>;

struct WholePart {
  u64 magnitude;
  bool inexact;
};

/// The magnitude of a finite number below 2^64, rounded to an integer.
template <Float F>
constexpr WholePart whole_part(Rounding rounding, F f) {
  using T = Format<F>;
  const u64 significand = significand_of(f);
  const int places = T::fraction_bits + T::bias - exponent_of(f);  // after the point
  if (places <= 0) return {significand << -places, false};
  // Two places more than there are bits, and the number is below a half, as it is with any more.
  const int dropped = places < T::fraction_bits + 2 ? places : T::fraction_bits + 2;
  const u64 increment = rounding_increment(rounding, is_negative(f), significand, dropped);
  return {(significand + increment) >> dropped, (significand & ((u64{1} << dropped) - 1)) != 0};
}

/// A signed magnitude of 64 bits, rounded to the format.
template <Float F>
constexpr F from_magnitude(Environment& environment, bool negative, u64 magnitude) {
  if (magnitude == 0) return with_sign<F>(negative, 0);
  return rounded<F>(environment, Number<u64>{negative, Format<F>::bias + lead<u64>, magnitude});
}

/// The nearest integer as the rounding has it. One outside the type's range is invalid, and inexact no more, and
/// becomes the nearer end of the range; a NaN becomes the upper end (RISC-V's rule; others choose by is_nan and by
/// the flag).
template <Integer I, Float F>
constexpr I to_integer(Environment& environment, F f) {
  using Limits = std::numeric_limits<I>;
  const bool negative = is_negative(f) && !is_nan(f);
  const u64 least = Limits::is_signed ? static_cast<u64>(Limits::max()) + 1 : 0;
  const u64 limit = negative ? least : static_cast<u64>(Limits::max());
  if (exponent_field(f) < Format<F>::bias + 64) [[likely]] {
    const WholePart whole = whole_part(environment.rounding, f);
    if (whole.magnitude <= limit) {
      if (whole.inexact) environment.raise(flag::inexact);
      return static_cast<I>(negative ? u64{0} - whole.magnitude : whole.magnitude);
    }
  }
  environment.raise(flag::invalid);
  return negative ? Limits::min() : Limits::max();
}

/// The integer, rounded where the format has too few bits for it.
template <Float F, Integer I>
constexpr F from_integer(Environment& environment, I integer) {
  const bool negative = integer < 0;
  const u64 bits = static_cast<u64>(integer);
  return from_magnitude<F>(environment, negative, negative ? u64{0} - bits : bits);
}

/// Whether rounding to an integer tells that there was something to round.
enum class Inexactness : u8 { silent, raised };

/// The number rounded to an integer of the same format, its sign kept, also on zero.
template <Float F>
constexpr F round_to_integral(Environment& environment, F f, Inexactness inexactness) {
  if (is_nan(f)) return propagate(environment, f);
  if (exponent_field(f) >= Format<F>::bias + Format<F>::fraction_bits) return f;
  const WholePart whole = whole_part(environment.rounding, f);
  if (whole.inexact && inexactness == Inexactness::raised) environment.raise(flag::inexact);
  return from_magnitude<F>(environment, is_negative(f), whole.magnitude);
}

/// The number in another format. A NaN keeps, where NaNs are kept, as much of its payload as fits.
template <Float To, Float From>
constexpr To convert(Environment& environment, From f) {
  using T = Format<To>;
  using S = Format<From>;
  if (is_nan(f)) {
    const From nan = propagate(environment, f);
    constexpr int wider = T::fraction_bits - S::fraction_bits;
    const u64 payload = nan.bits & S::fraction;
    const u64 fraction = wider >= 0 ? payload << (wider >= 0 ? wider : 0) : payload >> (wider < 0 ? -wider : 0);
    return with_sign<To>(is_negative(nan), T::infinity | static_cast<T::Bits>(fraction));
  }
  if (is_infinite(f)) return with_sign<To>(is_negative(f), T::infinity);
  if (is_zero(f)) return with_sign<To>(is_negative(f), 0);
  auto number = taken_apart<typename T::Word>(f);
  number.exponent += T::bias - S::bias;
  return rounded<To>(environment, number);
}

}  // namespace diptych::floating

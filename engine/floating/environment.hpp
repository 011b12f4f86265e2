// What an operation depends on beside its operands, and the flags it leaves behind.
#pragma once

#include "engine/machine/integers.hpp"

namespace diptych::floating {

/// Numbered as RISC-V's rm field. Any other value rounds toward zero: a straight-line meaning computes on with a
/// reserved rounding, and only afterwards does its trap discard the result.
enum class Rounding : u8 { nearest_even, toward_zero, down, up, nearest_away };

/// The flags, numbered as in RISC-V's fflags.
namespace flag {
inline constexpr u8 inexact = 1;
inline constexpr u8 underflow = 2;
inline constexpr u8 overflow = 4;
inline constexpr u8 divide_by_zero = 8;
inline constexpr u8 invalid = 16;
}  // namespace flag

/// When an inexact result counts as an underflow: IEEE 754 leaves open whether its smallness is judged
/// before it is rounded or after, as if the exponent had no lower bound.
enum class Tininess : u8 { after_rounding, before_rounding };

/// Which NaN an operation gives, and whether infinity × 0 + quiet NaN is invalid (also left open).
enum class NanRule : u8 {
  canonical,         ///< always the default one; such a product is invalid (RISC-V)
  signalling_first,  ///< the first signalling operand, else the first quiet one, made quiet; a fused
                     ///< addend comes before its factors; such a product gives the default, invalid (AArch64)
  first_operand,     ///< the first operand that is a NaN, made quiet; such a product is quietly the NaN;
                     ///< the default one is negative (x86-64's SSE)
};

struct Environment {
  Rounding rounding = Rounding::nearest_even;
  Tininess tininess = Tininess::after_rounding;
  NanRule nans = NanRule::canonical;
  u8 flags = 0;  ///< accumulates: operations set flags and never clear them

  constexpr void raise(u8 raised) { flags |= raised; }
};

}  // namespace diptych::floating

// Values sorted by what arithmetic does with them.
#pragma once

#include "engine/machine/integers.hpp"

#include <cstddef>

namespace diptych::fuzz {

constexpr std::size_t value_classes = 8;

constexpr std::size_t integer_class(u64 value) {
  if (value == 0) return 0;
  if (value == ~u64{0}) return 1;
  if (value < 64) return 2;
  if (static_cast<i64>(value) >= -64 && static_cast<i64>(value) < 0) return 3;
  if (value >> 32 == 0) return 4;
  if (static_cast<i64>(value) == static_cast<i32>(value)) return 5;
  return static_cast<i64>(value) < 0 ? 6 : 7;
}

namespace detail {

// Zero, subnormal, infinite, quiet or signalling NaN, and normal of either sign.
constexpr std::size_t float_class(u64 value, unsigned fraction, unsigned width) {
  const u64 sign = u64{1} << (width - 1), infinity = (sign - 1) & ~((u64{1} << fraction) - 1), magnitude = value & (sign - 1);
  if (magnitude == 0) return 0;
  if (magnitude < u64{1} << fraction) return 1;
  if (magnitude == infinity) return 2;
  if (magnitude > infinity) return (magnitude >> (fraction - 1) & 1) != 0 ? 3 : 4;
  return (value & sign) != 0 ? 5 : 6;
}

}  // namespace detail

/// As an f register holds it: one that is not boxed is a class of its own.
constexpr std::size_t single_class(u64 value) {
  return value >> 32 == 0xffffffff ? detail::float_class(value & 0xffffffff, 23, 32) : 7;
}
constexpr std::size_t double_class(u64 value) { return detail::float_class(value, 52, 64); }

}  // namespace diptych::fuzz

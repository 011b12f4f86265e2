// The square root of a significand, in integers only: the host's own square root would raise flags that
// translated code may be accumulating.
#pragma once

#include "engine/machine/integers.hpp"

#include <array>

namespace diptych::floating {

constexpr u64 high_product(u64 a, u64 b) { return static_cast<u64>(u128{a} * b >> 64); }

/// 1/√m to seven bits or so, in 16-bit fixed point, for m in [1, 4) by its seven leading bits less 32.
inline constexpr auto reciprocal_roots = [] {
  std::array<u16, 96> table{};
  for (u64 i = 0; i < table.size(); ++i) {
    const u64 square = (u64{1} << 38) / (2 * (i + 32) + 1);  // 2^32 / m, m taken in the middle of its interval
    u64 root = 0;
    for (u64 bit = u64{1} << 15; bit; bit >>= 1)
      if ((root | bit) * (root | bit) <= square) root |= bit;
    table[i] = static_cast<u16>(root);
  }
  return table;
}();

/// √m for m in [1, 4), both with 62 bits after the point; the last bit of the root is sticky.
constexpr u64 sticky_root(u64 m) {
  // Newton's iteration for the reciprocal, y·(3 − m·y²)/2, doubles the good bits: 7, 13, 26, 51.
  u64 y = u64{reciprocal_roots[(m >> 57) - 32]} << 47;  // 63 bits after the point
  for (int i = 0; i < 3; ++i) y = high_product(y, (u64{3} << 60) - high_product(m, high_product(y, y))) << 3;

  // Then one step for the root itself, which leaves it off by a unit or two, and the exact remainder tells.
  const u128 square = u128{m} << 62;
  u64 root = high_product(m, y) << 1;
  const i128 error = static_cast<i128>(square - u128{root} * root) >> 20;
  root += static_cast<u64>(error * y >> 106);
  auto remainder = static_cast<i128>(square - u128{root} * root);
  while (remainder < 0) remainder += static_cast<i128>(2 * --root + 1);
  while (remainder > static_cast<i128>(2 * root)) remainder -= static_cast<i128>(2 * root++ + 1);
  return root | (remainder != 0);
}

}  // namespace diptych::floating

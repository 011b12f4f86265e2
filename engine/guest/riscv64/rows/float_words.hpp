// Classification: a floating-point meaning that is plain bit arithmetic.
#pragma once

#include "engine/guest/riscv64/rows/row_words.hpp"

namespace diptych::riscv64 {

/// The ten-bit mask of FCLASS: one bit set, from negative infinity (0) to quiet NaN (9).
template <class A, class U>
Value<A, u64> class_of(Value<A, U> bits) {
  using namespace meaning;
  constexpr unsigned width = sizeof(U) * 8, fraction = width == 32 ? 23 : 52;
  constexpr U infinity = (U{1} << (width - 1)) - (U{1} << fraction), sign = U{1} << (width - 1);
  auto magnitude = bits & ~sign;
  auto finite = select(magnitude >= (U{1} << fraction), constant_like(to<u64>(bits), 1),      // normal
                       select(magnitude != 0, constant_like(to<u64>(bits), 2), u64{3}));      // subnormal, zero
  auto rank = select(magnitude == infinity, u64{0}, finite);
  auto signed_class = select((bits & sign) != 0, rank, constant_like(rank, 7) - rank);
  auto nan_class = select((magnitude & (U{1} << (fraction - 1))) != 0, constant_like(rank, 9), u64{8});
  return constant_like(rank, 1) << select(magnitude >= infinity + 1, nan_class, signed_class);
}

}  // namespace diptych::riscv64

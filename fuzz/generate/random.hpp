// The fuzzer's dice: small, fast, and the same on every host for the same seed.
#pragma once

#include "engine/machine/integers.hpp"

#include <bit>
#include <span>

namespace diptych::fuzz {

/// A counter hashed by two multiplications: one word of state, so that a seed costs nothing to keep,
/// and good enough that neighbouring seeds have nothing in common.
class Random {
 public:
  explicit constexpr Random(u64 seed) : state_(seed) {}

  constexpr u64 next() {
    u64 z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93;
    z = (z ^ (z >> 32)) * 0xd6e8feb86659fd93;
    return z ^ (z >> 32);
  }

  /// Less than `bound`, which is not zero.
  constexpr u32 below(u32 bound) { return u32((u64{u32(next())} * bound) >> 32); }

  /// True in `numerator` of `denominator` cases.
  constexpr bool chance(u32 numerator, u32 denominator) { return below(denominator) < numerator; }

  /// Inclusive bounds.
  constexpr i64 between(i64 low, i64 high) { return low + i64(below(u32(high - low + 1))); }

  /// One of several; there is at least one.
  template <class T, std::size_t extent>
  constexpr T& pick(std::span<T, extent> some) {
    return some[below(u32(some.size()))];
  }
  template <class T, std::size_t size>
  constexpr const T& pick(const T (&some)[size]) {
    return some[below(u32(size))];
  }

  /// An index, chosen as often as its weight says; the weights' sum is not zero.
  constexpr std::size_t weighted(std::span<const u16> weights) {
    u32 sum = 0;
    for (u16 weight : weights) sum += weight;
    u32 left = below(sum);
    std::size_t i = 0;
    while (left >= weights[i]) left -= weights[i++];
    return i;
  }

  /// The number of one of the bits set in `mask`, which is not zero.
  constexpr u8 bit_of(u32 mask) {
    for (u32 skip = below(u32(std::popcount(mask))); skip > 0; --skip) mask &= mask - 1;
    return u8(std::countr_zero(mask));
  }

 private:
  u64 state_;
};

}  // namespace diptych::fuzz

// Operands drawn from where floating-point arithmetic goes wrong: the edges of the exponent's range, significands
// of few bits or of long runs, and pairs that nearly cancel, underflow or overflow.
#pragma once

#include "engine/floating/formats.hpp"

#include <algorithm>
#include <array>

namespace diptych::floating::test {

class Samples {
 public:
  explicit Samples(u64 seed) : state_(seed) {}

  u64 word() {
    u64 z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  int below(int limit) { return static_cast<int>(word() >> 33) % limit; }
  int between(int low, int high) { return low + below(high - low + 1); }

  /// An integer with few bits, a long run of them, or any.
  u64 pattern(int bits) {
    const u64 mask = ~u64{0} >> (64 - bits);
    const auto bit = [&] { return u64{1} << below(bits); };
    switch (below(8)) {
      case 0:
        return 0;
      case 1:
        return bit();
      case 2:
        return (bit() | bit() | bit()) & mask;
      case 3:
        return mask & (bit() - 1);
      case 4:
        return mask & ~(bit() - 1);
      case 5:
        return mask & ~bit();
      case 6:
        return mask;
      default:
        return word() & mask;
    }
  }

  template <Float F>
  F made(int exponent) {
    using T = Format<F>;
    const int field = std::clamp(exponent, 0, T::exponent_max);
    const auto fraction = static_cast<T::Bits>(pattern(T::fraction_bits));
    return with_sign<F>(word() & 1, (static_cast<T::Bits>(field) << T::fraction_bits) | fraction);
  }

  template <Float F>
  F any() {
    using T = Format<F>;
    const std::array edges{
        0, 1, T::fraction_bits, T::bias, T::bias + T::fraction_bits, T::bias + 31, T::bias + 63, T::exponent_max};
    switch (below(4)) {
      case 0:
        return made<F>(edges[static_cast<std::size_t>(below(edges.size()))] + between(-2, 2));
      case 1:
        return made<F>(T::bias + between(-3, 3));
      case 2:
        return made<F>(T::bias + between(-2 * T::fraction_bits, 2 * T::fraction_bits));
      default:
        return made<F>(between(0, T::exponent_max));
    }
  }

  /// A number some units away from the given one, of either sign.
  template <Float F>
  F near(F f) {
    const auto units = static_cast<Format<F>::Bits>(static_cast<i64>(between(-3, 3)));
    return F{(f.bits + units) ^ (word() & 1 ? Format<F>::sign : 0)};
  }

  /// A second operand that interacts with the first under addition, multiplication or division.
  template <Float F>
  F beside(F f) {
    using T = Format<F>;
    const int exponent = static_cast<int>(magnitude(f) >> T::fraction_bits);
    const int least = between(-T::fraction_bits - 3, 3);  // about the subnormal results
    switch (below(7)) {
      case 0:
        return near(f);
      case 1:
        return made<F>(exponent + between(-T::fraction_bits - 4, T::fraction_bits + 4));
      case 2:
        return made<F>(T::bias - exponent + least);
      case 3:
        return made<F>(exponent + T::bias - least);
      case 4:
        return made<F>(T::exponent_max + T::bias - exponent + between(-3, 1));
      case 5:
        return made<F>(exponent - T::bias + between(-3, 3));
      default:
        return any<F>();
    }
  }

 private:
  u64 state_;
};

}  // namespace diptych::floating::test

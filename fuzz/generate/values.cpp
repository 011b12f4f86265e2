#include "fuzz/generate/values.hpp"

#include <iterator>

namespace diptych::fuzz {
namespace {

struct Filling {
  Samples samples{};
  std::size_t count = 0;

  constexpr void add(u64 value, u64 noise = 0) {
    if (count < samples.size()) samples[count++] = {value, noise};
  }
};

constexpr u64 sign = u64{1} << 63;

constexpr Samples make_integers() {
  Filling all;
  for (u64 value : {u64{0}, u64{1}, ~u64{0}, u64{2}, ~u64{1}, u64{3}, u64{10}, u64{0x7f}, u64{0xff}}) {
    all.add(value);
    all.add(value);
  }
  for (unsigned width : {8u, 16u, 32u, 64u}) {
    const u64 top = u64{1} << (width - 1), full = top | (top - 1);
    for (u64 value : {top, top - 1, full, top + 1, ~(top - 1), ~top, full - 1}) {
      all.add(value);
      all.add(value ^ sign);
      if (width == 32) all.add(value | ~u64{0xffffffff}), all.add(value), all.add(u64(i64(i32(value))));
    }
  }
  // Where integers stop being exact as singles and doubles, and ties between two of those.
  for (unsigned bits : {24u, 53u})
    for (u64 near : {u64{0}, u64{1}, ~u64{0}, u64{2}, u64{3}}) {
      all.add((u64{1} << bits) + near);
      all.add(-((u64{1} << bits) + near));
      all.add(((u64{1} << bits) + near) << 10);
    }
  for (unsigned bit = 0; bit < 64; ++bit) {
    all.add(u64{1} << bit);
    all.add((u64{1} << bit) - 1);
    if (bit % 2 == 0) all.add(~u64{0} << bit);
    if (bit % 4 == 3) all.add((u64{1} << bit) + 1);
  }
  for (u64 pattern : {u64{0x5555555555555555}, u64{0xaaaaaaaaaaaaaaaa}, u64{0x0123456789abcdef},
                      u64{0x8080808080808080}, u64{0x00ff00ff00ff00ff}, u64{0x7fffffff80000000}})
    all.add(pattern), all.add(~pattern);
  // Divisors of the overflowing quotients, and single bytes in use for orc.b and clz.
  for (unsigned byte = 0; byte < 8; ++byte) all.add(0, u64{0xff} << (byte * 8));
  for (unsigned bits : {2u, 3u, 5u, 6u, 6u, 8u, 12u, 16u, 20u, 31u, 33u, 48u}) {
    all.add(0, (u64{1} << bits) - 1);
    all.add(~u64{0}, (u64{1} << bits) - 1);
  }
  for (unsigned times = 0; times < 24; ++times) {
    all.add(0, 0xffffffff);                 // zero-extended
    all.add(~u64{0xffffffff}, 0xffffffff);  // what a sign-extended word looks like from above
    all.add(0x80000000, sign | 0x7fffffff);
    all.add(0, 0x9249249249249249 << (times % 3));
    all.add(times, ~u64{0});
  }
  while (all.count < all.samples.size()) all.add(0, ~u64{0});
  return all.samples;
}

/// What makes a format: how many bits its fraction has, and what lies above it in the register.
struct Format {
  unsigned fraction;
  unsigned exponent;
  u64 box;

  constexpr unsigned width() const { return 1 + exponent + fraction; }
  constexpr u64 sign_bit() const { return u64{1} << (width() - 1); }
  constexpr u64 fraction_mask() const { return (u64{1} << fraction) - 1; }
  constexpr u64 bias() const { return (u64{1} << (exponent - 1)) - 1; }
  constexpr u64 largest_exponent() const { return (u64{1} << exponent) - 1; }
};

constexpr Samples make_floats(Format format) {
  Filling all;
  const u64 any_sign = format.sign_bit(), fraction = format.fraction_mask(), infinity = format.largest_exponent();
  const u64 lowest_half = u64{1} << (format.fraction - 1);
  auto add = [&](u64 exponent, u64 bits, u64 noise) {
    all.add(format.box | exponent << format.fraction | bits, noise);
  };
  for (int times = 0; times < 6; ++times) add(0, 0, any_sign);
  for (int times = 0; times < 6; ++times) add(infinity, 0, any_sign);
  for (int times = 0; times < 3; ++times) {
    add(infinity, lowest_half, any_sign);                      // quiet, no payload
    add(infinity, lowest_half, any_sign | (fraction >> 1));    // quiet
    add(infinity, 1, any_sign | ((fraction >> 1) & ~u64{1}));  // signalling
    add(infinity, lowest_half >> 1, any_sign);
    add(0, 1, any_sign);         // the smallest subnormal
    add(0, fraction, any_sign);  // the largest
    add(0, 0, any_sign | fraction);
    add(0, 0, any_sign | (fraction >> (format.fraction / 2)));
    add(1, 0, any_sign);  // the smallest normal
    add(1, 0, any_sign | fraction);
    add(infinity - 1, fraction, any_sign);  // the largest
    add(infinity - 1, 0, any_sign | fraction);
  }
  // Near one, in a few neighbouring exponents: here sums cancel and products round.
  for (u64 times = 0; times < 40; ++times) {
    add(format.bias(), 0, any_sign | fraction);
    add(format.bias() - 1 + times % 3, 0, any_sign | 3);
    add(format.bias(), 0, any_sign | u64{3} << format.fraction | fraction);
  }
  for (u64 small = 0; small < 8; ++small) add(format.bias() + small, 0, any_sign);
  // Where conversions to integers overflow, and fractions just below and at a half.
  for (unsigned bits : {0u, 1u, 7u, 8u, 15u, 16u, 23u, 24u, 30u, 31u, 32u, 52u, 53u, 61u, 62u, 63u, 64u}) {
    add(format.bias() + bits, 0, any_sign);
    add(format.bias() + bits, 1, any_sign);
    add(format.bias() + bits - 1, fraction, any_sign);
    add(format.bias() + bits, 0, any_sign | fraction);
    if (bits > 0 && bits < format.fraction) {
      const u64 half = u64{1} << (format.fraction - bits - 1);
      add(format.bias() + bits, half, any_sign);
      add(format.bias() + bits, half, any_sign | (fraction & ~(half - 1)));
      add(format.bias() + bits, half - 1, any_sign);
    }
  }
  // Few bits in use: squares, exact quotients, ties.
  for (int times = 0; times < 8; ++times) {
    add(format.bias(), 0, any_sign | (fraction & ~(fraction >> 4)));
    add(format.bias() + 1, 0, any_sign | (fraction & ~(fraction >> (format.fraction / 2))));
    add(format.bias() / 2, 0, any_sign | fraction | u64{7} << format.fraction);
    add(format.bias() + format.bias() / 2, 0, any_sign | fraction | u64{7} << format.fraction);
    add(0x10, 0, any_sign | fraction | u64{0xf} << format.fraction);
    add(infinity - 0x20, 0, any_sign | fraction | u64{0x1f} << format.fraction);
  }
  if (format.width() == 64) {
    // What becomes a tie, overflows, or turns subnormal, as it is rounded to a single.
    constexpr u64 tie = u64{1} << 28;
    for (int times = 0; times < 4; ++times) {
      add(format.bias(), tie, any_sign | (fraction & ~(2 * tie - 1)));
      add(format.bias(), tie, any_sign | 1);
      add(format.bias() + 127, fraction & ~tie, any_sign | tie);
      add(format.bias() - 127, 0, any_sign | fraction);
      add(format.bias() - 140, 0, any_sign | fraction | u64{15} << format.fraction);
      add(format.bias() - 126, 0, any_sign | tie);
    }
  }
  // Of the other format, of none, or with a box that lacks a bit or half of its bits: about one in sixteen.
  constexpr u32 boxes[] = {0xffff0000, 0x0000ffff, 0xfffffffe, 0x7fffffff, 0xfffeffff, 0xffff7fff, 0xff000000, 0x00ffffff};
  for (std::size_t times = 0; times < 14; ++times) {
    if (format.width() == 32) {
      all.add(u64{0x3ff0000000000000}, ~u64{0} >> 11);
      if (times < std::size(boxes)) all.add(u64{boxes[times]} << 32 | 0x3f800000, 0xffffffff);
      else all.add(0, ~u64{0});
    } else {
      all.add(~u64{0xffffffff}, 0xffffffff);
      all.add(0, 0xffffffff);
    }
  }
  const u64 any_number = any_sign | (any_sign - 1),
            no_infinity = any_sign | fraction | format.bias() << format.fraction;
  for (u64 times = 0; all.count < all.samples.size(); ++times) add(0, 0, times % 2 == 0 ? any_number : no_infinity);
  return all.samples;
}

}  // namespace

constinit const Samples integer_samples = make_integers();
constinit const Samples single_samples = make_floats({.fraction = 23, .exponent = 8, .box = 0xffffffff00000000});
constinit const Samples double_samples = make_floats({.fraction = 52, .exponent = 11, .box = 0});

u64 any_fcsr(Random& random) {
  const u64 r = random.next();
  const u64 flags = (r >> 16) % 4 != 0 ? 0 : (r >> 32) % 32;
  const u64 valid = (r >> 40) % 2 != 0 ? 0 : (r >> 48) % 5;
  return (r % 48 == 0 ? 5 + (r >> 8) % 3 : valid) << 5 | flags;
}

}  // namespace diptych::fuzz

// What the measured programs share: their size, their numbers, and their answer. Everything in it, and
// in them, gives the same output on every platform.
#pragma once

#include "tests/guests/bench/suite.hpp"

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace diptych::bench {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using i16 = std::int16_t;
using i32 = std::int32_t;
using i64 = std::int64_t;

/// The first argument, or what the suite says.
inline u64 size_from(int argc, char** argv, u64 otherwise) {
  return argc > 1 ? std::strtoull(argv[1], nullptr, 10) : otherwise;
}

/// Xorshift with a multiplied output: the same numbers everywhere.
class Random {
 public:
  explicit Random(u64 seed) : state_(seed) {}

  u64 next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1d;
  }

  /// Less than `limit`.
  u32 below(u32 limit) { return u32(((next() >> 32) * limit) >> 32); }

  /// From 0 to 1, exact in 32 bits.
  double fraction() { return double(next() >> 32) * 0x1p-32; }

 private:
  u64 state_;
};

/// An answer that depends on every number put into it, and on their order.
class Checksum {
 public:
  void add(u64 value) { sum_ = (sum_ ^ value) * 0x100000001b3 + (sum_ >> 29); }

  void print(const char* name) const { std::printf("%s %016" PRIx64 "\n", name, sum_); }

 private:
  u64 sum_ = 0xcbf29ce484222325;
};

}  // namespace diptych::bench

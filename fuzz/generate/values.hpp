// Numbers worth trying: mostly from where arithmetic changes its behaviour, some from anywhere.
#pragma once

#include "engine/machine/integers.hpp"
#include "fuzz/generate/random.hpp"

#include <array>

namespace diptych::fuzz {

/// A value, and the bits of it that are left to chance. Fresh values so cost a look-up and an exclusive
/// or: a million inputs a second want about fifty million of them.
struct Sample {
  u64 value = 0;
  u64 noise = 0;
};

constexpr std::size_t sample_count = 512;
using Samples = std::array<Sample, sample_count>;

extern const Samples integer_samples;
extern const Samples single_samples;  ///< as f registers hold them: boxed, but for a few
extern const Samples double_samples;

inline u64 sample(const Samples& samples, Random& random) {
  const u64 r = random.next();
  const Sample& some = samples[r % sample_count];
  // The low bits chose the sample, so they are mixed away before they serve as noise.
  return some.value ^ (((r >> 9) * 0x9e3779b97f4a7c15) & some.noise);
}

inline u64 any_integer(Random& random) { return sample(integer_samples, random); }

/// By convention an f register with an even number holds a single and one with an odd number a double,
/// so that operands meet in their own format most of the time; a few hold the other one.
inline u64 any_float(Random& random, unsigned number) {
  return sample(number % 2 == 0 ? single_samples : double_samples, random);
}

/// A value of fcsr: rounding mode and flags, the mode reserved in about one of fifty.
u64 any_fcsr(Random& random);

}  // namespace diptych::fuzz

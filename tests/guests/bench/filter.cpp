// Single precision: a signal through a chain of second-order filters, then clipped to 16 bits.
#include "tests/guests/bench/guest.hpp"

#include <bit>
#include <vector>

using namespace diptych::bench;

namespace {

class Section {
 public:
  Section(float frequency, float damping) {
    const float scale = 1.0f / (1.0f + damping * frequency + frequency * frequency);
    in_ = frequency * frequency * scale;
    back_ = 2.0f * (frequency * frequency - 1.0f) * scale;
    further_ = (1.0f - damping * frequency + frequency * frequency) * scale;
  }

  float operator()(float sample) {
    const float result = in_ * sample + first_;
    first_ = 2.0f * in_ * sample - back_ * result + second_;
    second_ = in_ * sample - further_ * result;
    return result;
  }

 private:
  float in_, back_, further_;
  float first_ = 0, second_ = 0;
};

i16 clip(float sample) {
  const float scaled = sample * 40000.0f;
  if (scaled > 32767.0f) return 32767;
  if (scaled < -32768.0f) return -32768;
  return i16(i32(scaled));
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<float> signal(4096);
  Random random(11);
  for (float& sample : signal) sample = float(random.fraction()) - 0.5f;
  Section low(0.3f, 1.4f), middle(0.6f, 0.9f), high(1.1f, 0.5f);
  Checksum sum;
  const u64 size = size_from(argc, argv, default_size("filter"));
  for (u64 i = 0; i < size; ++i) {
    i64 total = 0;
    for (float sample : signal) total += clip(high(middle(low(sample))));
    signal[i % signal.size()] *= 0.5f;
    sum.add(u64(total));
  }
  sum.add(std::bit_cast<u32>(low(0.25f)));
  sum.print("filter");
}

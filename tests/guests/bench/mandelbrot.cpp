// The Mandelbrot set: a short loop of double arithmetic that ends on a comparison.
#include "tests/guests/bench/guest.hpp"

using namespace diptych::bench;

namespace {

u32 escape(double x, double y) {
  double real = 0, imaginary = 0;
  u32 count = 0;
  for (; count < 200; ++count) {
    const double a = real * real, b = imaginary * imaginary;
    if (a + b > 4.0) break;
    imaginary = 2 * real * imaginary + y;
    real = a - b + x;
  }
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  Checksum sum;
  const u64 size = size_from(argc, argv, default_size("mandelbrot"));
  for (u64 i = 0; i < size; ++i) {
    u64 total = 0;
    for (int row = 0; row < 48; ++row)
      for (int column = 0; column < 64; ++column)
        total += escape(-2.0 + column * 3.0 / 64 + double(i % 8) * 0x1p-8, -1.2 + row * 2.4 / 48);
    sum.add(total);
  }
  sum.print("mandelbrot");
}

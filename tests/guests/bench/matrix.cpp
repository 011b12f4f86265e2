// Products of integer matrices: three nested loops, a multiplication and an addition innermost.
#include "tests/guests/bench/guest.hpp"

#include <vector>

using namespace diptych::bench;

namespace {

constexpr u32 side = 96;
using Matrix = std::vector<u32>;

void multiply(const Matrix& a, const Matrix& b, Matrix& product) {
  for (u32 row = 0; row < side; ++row)
    for (u32 column = 0; column < side; ++column) {
      u32 sum = 0;
      for (u32 i = 0; i < side; ++i) sum += a[row * side + i] * b[i * side + column];
      product[row * side + column] = sum;
    }
}

}  // namespace

int main(int argc, char** argv) {
  Matrix a(side * side), b(side * side), product(side * side);
  Random random(4);
  for (u32& element : a) element = random.below(1000);
  for (u32& element : b) element = random.below(1000);
  Checksum sum;
  const u64 size = size_from(argc, argv, default_size("matrix"));
  for (u64 i = 0; i < size; ++i) {
    multiply(a, b, product);
    std::swap(a, product);
    sum.add(a[i % a.size()]);
  }
  sum.print("matrix");
}

// A system of linear equations in double, solved by factorizing with row exchanges.
#include "tests/guests/bench/guest.hpp"

#include <bit>
#include <utility>
#include <vector>

using namespace diptych::bench;

namespace {

constexpr u32 side = 64;

double magnitude(double x) { return x < 0 ? -x : x; }

void solve(std::vector<double> a, std::vector<double>& right) {
  for (u32 column = 0; column < side; ++column) {
    u32 pivot = column;
    for (u32 row = column + 1; row < side; ++row)
      if (magnitude(a[row * side + column]) > magnitude(a[pivot * side + column])) pivot = row;
    for (u32 i = 0; i < side; ++i) std::swap(a[pivot * side + i], a[column * side + i]);
    std::swap(right[pivot], right[column]);
    for (u32 row = column + 1; row < side; ++row) {
      const double factor = a[row * side + column] / a[column * side + column];
      for (u32 i = column + 1; i < side; ++i) a[row * side + i] -= factor * a[column * side + i];
      right[row] -= factor * right[column];
    }
  }
  for (u32 row = side; row-- > 0;) {
    for (u32 i = row + 1; i < side; ++i) right[row] -= a[row * side + i] * right[i];
    right[row] /= a[row * side + row];
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<double> a(side * side), x(side, 1.0);
  Random random(10);
  for (double& element : a) element = random.fraction() - 0.5;
  for (u32 i = 0; i < side; ++i) a[i * side + i] += 4;
  Checksum sum;
  const u64 size = size_from(argc, argv, default_size("factorize"));
  for (u64 i = 0; i < size; ++i) {
    for (double& element : x) element += 1;
    solve(a, x);
    sum.add(std::bit_cast<u64>(x[i % side]));
  }
  std::printf("%.15g\n", x[0]);
  sum.print("factorize");
}

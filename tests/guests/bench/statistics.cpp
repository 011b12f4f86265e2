// What a statistician asks of columns of doubles: moments, extremes, a regression line, a histogram.
#include "tests/guests/bench/guest.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <vector>

using namespace diptych::bench;

namespace {

using Column = std::vector<double>;

struct Moments {
  double mean = 0, deviation = 0, skew = 0, least = 0, most = 0;
};

Moments moments(const Column& column) {
  Moments found{.least = column[0], .most = column[0]};
  const double count = double(column.size());
  for (double x : column) {
    found.mean += x;
    found.least = x < found.least ? x : found.least;
    found.most = x > found.most ? x : found.most;
  }
  found.mean /= count;
  double squares = 0, cubes = 0;
  for (double x : column) {
    const double off = x - found.mean;
    squares += off * off;
    cubes += off * off * off;
  }
  found.deviation = std::sqrt(squares / count);
  found.skew = cubes / count / (found.deviation * found.deviation * found.deviation);
  return found;
}

struct Line {
  double slope = 0, offset = 0, correlation = 0;
};

Line regression(const Column& x, const Column& y, const Moments& of_x, const Moments& of_y) {
  double products = 0;
  for (std::size_t i = 0; i < x.size(); ++i) products += (x[i] - of_x.mean) * (y[i] - of_y.mean);
  products /= double(x.size());
  const double slope = products / (of_x.deviation * of_x.deviation);
  return {slope, of_y.mean - slope * of_x.mean, products / (of_x.deviation * of_y.deviation)};
}

std::array<u32, 16> histogram(const Column& column, const Moments& of) {
  std::array<u32, 16> counts{};
  const double scale = 16 / (of.most - of.least);
  for (double x : column) {
    const u32 bin = u32((x - of.least) * scale);
    ++counts[bin < 15 ? bin : 15];
  }
  return counts;
}

}  // namespace

int main(int argc, char** argv) {
  Column x(4096), y(4096);
  Random random(12);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = random.fraction() * random.fraction() * 100;
    y[i] = 3 * x[i] - 7 + random.fraction() * 20;
  }
  Checksum sum;
  Line line;
  const u64 size = size_from(argc, argv, default_size("statistics"));
  for (u64 i = 0; i < size; ++i) {
    const Moments of_x = moments(x), of_y = moments(y);
    line = regression(x, y, of_x, of_y);
    for (u32 count : histogram(x, of_x)) sum.add(count);
    for (double value : {of_x.skew, of_y.deviation, line.correlation}) sum.add(std::bit_cast<u64>(value));
    x[i % x.size()] += 0.5;
  }
  std::printf("%.15g %.15g %.15g\n", line.slope, line.offset, line.correlation);
  sum.print("statistics");
}

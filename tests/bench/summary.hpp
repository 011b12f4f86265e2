// Many measurements as one number.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace diptych::bench {

/// The value at a share of the way through the sorted numbers, between neighbours where it falls there.
inline double quantile(std::span<const double> numbers, double share) {
  std::vector<double> sorted(numbers.begin(), numbers.end());
  std::ranges::sort(sorted);
  const double place = share * double(sorted.size() - 1);
  const std::size_t below = std::size_t(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - double(below));
}

inline double median(std::span<const double> numbers) { return quantile(numbers, 0.5); }

/// How far the middle half of the numbers lies apart, as a share of their median.
inline double spread(std::span<const double> numbers) {
  return (quantile(numbers, 0.75) - quantile(numbers, 0.25)) / median(numbers);
}

inline double geometric_mean(std::span<const double> numbers) {
  double sum = 0;
  for (double number : numbers) sum += std::log(number);
  return std::exp(sum / double(numbers.size()));
}

}  // namespace diptych::bench

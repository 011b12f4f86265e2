// A choice among things with weights, written as a table.
#pragma once

#include "fuzz/generate/random.hpp"

#include <array>

namespace diptych::fuzz {

template <class T>
struct Choice {
  u16 weight;
  T value;
};

template <class T, std::size_t count>
class Weighted {
 public:
  constexpr explicit Weighted(const Choice<T> (&choices)[count]) {
    for (std::size_t i = 0; i < count; ++i) {
      weights_[i] = choices[i].weight;
      values_[i] = choices[i].value;
    }
  }

  constexpr const T& pick(Random& random) const { return values_[random.weighted(weights_)]; }
  constexpr const std::array<T, count>& values() const { return values_; }

 private:
  std::array<u16, count> weights_{};
  std::array<T, count> values_{};
};

template <class T, std::size_t count>
constexpr Weighted<T, count> weighted(const Choice<T> (&choices)[count]) {
  return Weighted<T, count>(choices);
}

}  // namespace diptych::fuzz

#include "tests/bench/summary.hpp"

#include "tests/catch.hpp"

using namespace diptych::bench;

TEST_CASE("medians are of the sorted numbers, between the middle ones where there are two") {
  CHECK(median(std::vector{5.0, 1.0, 100.0}) == 5.0);
  CHECK(median(std::vector{4.0, 1.0, 2.0, 100.0}) == 3.0);
  CHECK(median(std::vector{7.0}) == 7.0);
}

TEST_CASE("the spread is that of the middle half, as a share") {
  CHECK(spread(std::vector{1.0, 2.0, 4.0, 6.0, 1000.0}) == 1.0);
  CHECK(spread(std::vector{3.0, 3.0, 3.0}) == 0.0);
}

TEST_CASE("in the geometric mean, twice as fast and twice as slow cancel out") {
  CHECK(geometric_mean(std::vector{2.0, 0.5}) == Approx(1.0));
  CHECK(geometric_mean(std::vector{1.0, 10.0, 100.0}) == Approx(10.0));
}

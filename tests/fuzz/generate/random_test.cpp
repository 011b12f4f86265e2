#include "fuzz/generate/random.hpp"

#include "tests/catch.hpp"

#include <array>
#include <set>

using namespace diptych;
using namespace diptych::fuzz;

TEST_CASE("the same seed gives the same dice, neighbouring seeds others") {
  Random a(7), b(7), c(8);
  for (int i = 0; i < 100; ++i) {
    const u64 value = a.next();
    CHECK(value == b.next());
    CHECK(value != c.next());
  }
}

TEST_CASE("bounded choices stay within their bounds and reach them") {
  Random random(1);
  std::set<u32> below;
  std::set<i64> between;
  std::set<u8> bits;
  for (int i = 0; i < 1000; ++i) {
    below.insert(random.below(5));
    between.insert(random.between(-2, 2));
    bits.insert(random.bit_of(0x80000801));
  }
  CHECK(below == std::set<u32>{0, 1, 2, 3, 4});
  CHECK(between == std::set<i64>{-2, -1, 0, 1, 2});
  CHECK(bits == std::set<u8>{0, 11, 31});
}

TEST_CASE("weights say how often each is chosen") {
  Random random(2);
  const std::array<u16, 4> weights = {1, 0, 6, 3};
  std::array<int, 4> seen{};
  for (int i = 0; i < 10000; ++i) ++seen[random.weighted(weights)];
  CHECK(seen[1] == 0);
  CHECK(seen[0] > 800);
  CHECK(seen[0] < 1200);
  CHECK(seen[2] > 5600);
  CHECK(seen[2] < 6400);
}

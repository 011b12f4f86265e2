#include "engine/tier/stop_points.hpp"

#include "tests/catch.hpp"

#include <random>
#include <set>

using namespace diptych;

TEST_CASE("stop points are where they were put and nowhere else") {
  std::mt19937_64 random(1);
  StopPoints points;
  std::set<u64> plain;
  for (int i = 0; i < 40000; ++i) {
    const u64 address = random() % 20000 * 2, asked = random() % 20000 * 2;
    if (random() % 2) {
      REQUIRE(points.insert(address));
      plain.insert(address);
    } else {
      points.erase(address);
      plain.erase(address);
    }
    REQUIRE(points.has(asked) == plain.contains(asked));
    REQUIRE(points.empty() == plain.empty());
  }
  points.clear();
  CHECK(points.empty());
  for (u64 address = 0; address < 40000; address += 2) REQUIRE(!points.has(address));
}

TEST_CASE("a stop point lives on when one that shares its place goes") {
  StopPoints points;
  for (const u64 address : {0x10000u, 0x12000u, 0x14000u, 0x12000u}) REQUIRE(points.insert(address));
  points.erase(0x12000);
  CHECK(points.has(0x10000));
  CHECK(!points.has(0x12000));
  CHECK(points.has(0x14000));
  points.erase(0x12000);
  points.erase(0x10000);
  CHECK(points.has(0x14000));
}

TEST_CASE("there is an end to how many stop points there may be") {
  StopPoints points;
  for (u64 i = 0; i < StopPoints::most; ++i) REQUIRE(points.insert(i * 2));
  CHECK(!points.insert(0x1000000));
  CHECK(!points.has(0x1000000));
  CHECK(points.insert(0));
  points.erase(0);
  CHECK(points.insert(0x1000000));
}

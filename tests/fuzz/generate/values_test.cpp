#include "fuzz/generate/values.hpp"

#include "tests/catch.hpp"

#include <bit>
#include <set>

using namespace diptych;
using namespace diptych::fuzz;

TEST_CASE("integers hit the edges and are mostly different") {
  Random random(1);
  std::set<u64> seen;
  for (int i = 0; i < 100000; ++i) seen.insert(any_integer(random));
  for (u64 edge : {u64{0}, u64{1}, ~u64{0}, u64{1} << 63, (u64{1} << 63) - 1, u64{0xffffffff80000000}, u64{0x80000000},
                   u64{0x7fffffff}, u64{0xffffffff}, u64{0x80}, u64{0x7fff}, (u64{1} << 53) + 1})
    CHECK(seen.contains(edge));
  CHECK(seen.size() > 20000);
}

TEST_CASE("each float format meets its special values, and now and then the other format's") {
  Random random(2);
  int boxed = 0, signalling = 0, quiet = 0, subnormal = 0, zero = 0, infinite = 0;
  constexpr int count = 20000;
  for (int i = 0; i < count; ++i) {
    const u64 value = any_float(random, 4);
    if (value >> 32 != 0xffffffff) continue;
    ++boxed;
    const u32 magnitude = u32(value) & 0x7fffffff;
    zero += magnitude == 0;
    infinite += magnitude == 0x7f800000;
    subnormal += magnitude != 0 && magnitude < 0x800000;
    signalling += magnitude > 0x7f800000 && magnitude < 0x7fc00000;
    quiet += magnitude >= 0x7fc00000;
  }
  CHECK(boxed > count * 85 / 100);
  CHECK(boxed < count * 98 / 100);
  for (int special : {zero, infinite, subnormal, signalling, quiet}) CHECK(special > count / 200);
  int doubles_one_to_eight = 0;
  for (int i = 0; i < count; ++i) {
    const double value = std::bit_cast<double>(any_float(random, 5));
    doubles_one_to_eight += value >= 1 && value < 8;
  }
  CHECK(doubles_one_to_eight > count / 20);
}

TEST_CASE("some boxes lack a bit at an end or in the middle, or half of their bits") {
  Random random(4);
  std::set<u64> uppers;
  for (int i = 0; i < 20000; ++i) uppers.insert(any_float(random, 2) >> 32);
  for (u64 upper : {0xffff0000u, 0x0000ffffu, 0xfffffffeu, 0x7fffffffu, 0xfffeffffu, 0xffff7fffu}) CHECK(uppers.contains(upper));
}

TEST_CASE("fcsr is mostly valid, and reserved now and then") {
  Random random(3);
  int reserved = 0;
  std::set<u64> seen;
  for (int i = 0; i < 20000; ++i) {
    const u64 fcsr = any_fcsr(random);
    REQUIRE(fcsr <= 0xff);
    seen.insert(fcsr);
    reserved += (fcsr >> 5) >= 5;
  }
  CHECK(reserved > 20);
  CHECK(reserved < 1000);
  for (u64 mode = 0; mode < 8; ++mode) CHECK(seen.contains(mode << 5));
}

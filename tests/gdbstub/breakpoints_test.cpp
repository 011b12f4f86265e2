#include "gdbstub/breakpoints.hpp"

#include "tests/catch.hpp"

#include <random>
#include <set>

using namespace diptych;
using namespace diptych::gdb;

TEST_CASE("a breakpoint is where it was put and nowhere else") {
  Breakpoints set;
  REQUIRE(set.empty());
  REQUIRE(set.insert(BreakpointKind::software, 0x10000));
  REQUIRE(set.insert(BreakpointKind::software, 0x10000));
  REQUIRE(set.at(0x10000) == BreakpointKind::software);
  REQUIRE_FALSE(set.at(0x10002));
  REQUIRE_FALSE(set.at(0x12000));  // shares its bit of the filter
  set.remove(BreakpointKind::hardware, 0x10000);
  REQUIRE(set.at(0x10000));
  set.remove(BreakpointKind::software, 0x10000);
  REQUIRE_FALSE(set.at(0x10000));
  REQUIRE(set.empty());
}

TEST_CASE("breakpoints of both kinds may share an address, and neighbours in the filter live on") {
  Breakpoints set;
  set.insert(BreakpointKind::software, 0x10000);
  set.insert(BreakpointKind::hardware, 0x10000);
  set.insert(BreakpointKind::hardware, 0x12000);
  set.remove(BreakpointKind::software, 0x10000);
  REQUIRE(set.at(0x10000) == BreakpointKind::hardware);
  set.remove(BreakpointKind::hardware, 0x10000);
  REQUIRE_FALSE(set.at(0x10000));
  REQUIRE(set.at(0x12000) == BreakpointKind::hardware);
  set.clear();
  REQUIRE_FALSE(set.at(0x12000));
}

TEST_CASE("the set agrees with a plain one") {
  std::mt19937_64 random(1);
  Breakpoints set;
  std::set<u64> plain;
  for (int i = 0; i < 20000; ++i) {
    const u64 address = random() % 20000 * 2;
    if (random() % 2) {
      set.insert(BreakpointKind::software, address);
      plain.insert(address);
    } else {
      set.remove(BreakpointKind::software, address);
      plain.erase(address);
    }
    const u64 asked = random() % 20000 * 2;
    REQUIRE(set.at(asked).has_value() == plain.contains(asked));
  }
}

TEST_CASE("there is an end to how many there may be") {
  Breakpoints set;
  for (u64 i = 0; i < Breakpoints::most; ++i) REQUIRE(set.insert(BreakpointKind::software, i * 2));
  REQUIRE_FALSE(set.insert(BreakpointKind::software, 0x1000000));
  REQUIRE(set.insert(BreakpointKind::software, 0));
}

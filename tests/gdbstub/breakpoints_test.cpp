#include "gdbstub/breakpoints.hpp"

#include "tests/catch.hpp"

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

#include "engine/machine/stop.hpp"

#include "tests/catch.hpp"

using namespace diptych;

TEST_CASE("stops read as cases write them") {
  CHECK(describe({.kind = StopKind::end}) == "end");
  CHECK(describe({.kind = StopKind::budget}) == "budget");
  CHECK(describe({.kind = StopKind::system_call}) == "system-call");
  CHECK(describe({StopKind::fault, Access::write, 0x30000}) == "fault write 0x30000");
  CHECK(describe({StopKind::fault, Access::execute, 0}) == "fault execute 0x0");
  CHECK(describe({StopKind::misaligned, Access::read, 0xffffffffffffffff}) == "misaligned read 0xffffffffffffffff");
  CHECK(describe({StopKind::intercepted, Access::none, 0x10000}) == "intercepted");
  CHECK(describe({StopKind::intercepted, Access::write, 0x20000}) == "intercepted write 0x20000");
}

TEST_CASE("rights are allowed one by one and together") {
  constexpr Access both = Access::read | Access::write;
  CHECK(allows(both, Access::read));
  CHECK(allows(both, both));
  CHECK(!allows(both, Access::execute));
  CHECK(!allows(Access::read, both));
  CHECK(allows(Access::none, Access::none));
}

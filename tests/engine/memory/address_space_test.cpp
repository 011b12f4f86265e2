#include "engine/memory/address_space.hpp"

#include "tests/catch.hpp"

#include <array>
#include <numeric>

using namespace diptych;

namespace {

// Two neighbours, one read-only, and one at the top of the address space.
struct Space {
  std::array<u8, 16> low{}, high{}, top{};
  AddressSpace space;

  Space() {
    std::iota(low.begin(), low.end(), u8{0});
    std::iota(high.begin(), high.end(), u8{16});
    const Area areas[] = {{0x1000, 16, Access::read | Access::write, low.data()},
                          {0x1010, 16, Access::read, high.data()},
                          {~u64{0} - 15, 16, Access::read | Access::write, top.data()}};
    space.bind(areas);
  }
};

}  // namespace

TEST_CASE("memory is reached inside one area, with its rights only") {
  Space s;
  CHECK(s.space.reach(0x1000, 16, Access::read) == s.low.data());
  CHECK(s.space.reach(0x100f, 1, Access::write) == s.low.data() + 15);
  CHECK(s.space.reach(0x1008, 9, Access::read) == nullptr);
  CHECK(s.space.reach(0x0fff, 1, Access::read) == nullptr);
  CHECK(s.space.reach(0x1020, 1, Access::read) == nullptr);
  CHECK(s.space.reach(0x1010, 1, Access::write) == nullptr);
  CHECK(s.space.reach(0x1010, 1, Access::read) == s.high.data());
  CHECK(s.space.reach(0x1000, 1, Access::read | Access::write) == s.low.data());
  CHECK(s.space.reach(0x1010, 1, Access::read | Access::write) == nullptr);
  CHECK(s.space.reach(0x1000, 1, Access::execute) == nullptr);
}

TEST_CASE("no address wraps into memory") {
  Space s;
  CHECK(s.space.reach(~u64{0}, 1, Access::read) == s.top.data() + 15);
  CHECK(s.space.reach(~u64{0}, 2, Access::read) == nullptr);
  CHECK(s.space.reach(~u64{0} - 15, 16, Access::read) == s.top.data());
  CHECK(s.space.reach(0x1008, ~u64{0}, Access::read) == nullptr);
  CHECK(s.space.reach(0, 1, Access::read) == nullptr);
  u64 value = 0, unreachable = 1;
  CHECK(!s.space.read_across(~u64{0} - 3, &value, 8, unreachable));
  CHECK(unreachable == 0);
}

TEST_CASE("reads go across areas and name the first byte that is missing") {
  Space s;
  u64 value = 0, unreachable = 0;
  CHECK(s.space.read_across(0x100c, &value, 8, unreachable));
  CHECK(value == 0x131211100f0e0d0c);
  CHECK(!s.space.read_across(0x101c, &value, 8, unreachable));
  CHECK(unreachable == 0x1020);
  CHECK(!s.space.read_across(0x0ffc, &value, 8, unreachable));
  CHECK(unreachable == 0x0ffc);
}

TEST_CASE("a write across is done wholly or not at all") {
  Space s;
  const u64 value = 0x8877665544332211;
  u64 unreachable = 0;
  CHECK(!s.space.write_across(0x100c, &value, 8, unreachable));
  CHECK(unreachable == 0x1010);
  CHECK(s.low[12] == 12);

  const Area areas[] = {{0x1000, 16, Access::read | Access::write, s.low.data()},
                        {0x1010, 16, Access::read | Access::write, s.high.data()}};
  s.space.bind(areas);
  CHECK(s.space.write_across(0x100c, &value, 8, unreachable));
  CHECK(s.low[12] == 0x11);
  CHECK(s.low[15] == 0x44);
  CHECK(s.high[0] == 0x55);
  CHECK(s.high[3] == 0x88);
  CHECK(s.high[4] == 20);
}

TEST_CASE("binding anew forgets the areas before") {
  Space s;
  CHECK(s.space.reach(0x1010, 1, Access::read));
  const Area area{0x5000, 16, Access::read, s.high.data()};
  s.space.bind({&area, 1});
  CHECK(s.space.reach(0x1010, 1, Access::read) == nullptr);
  CHECK(s.space.reach(0x5000, 1, Access::read) == s.high.data());
  CHECK(s.space.areas().size() == 1);
  s.space.bind({});
  CHECK(s.space.reach(0x5000, 1, Access::read) == nullptr);
}

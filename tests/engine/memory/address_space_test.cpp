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

namespace {

constexpr Access rw = Access::read | Access::write;

// Two pages of different rights in a window, code that can be written, and an area that no window holds.
struct Windowed {
  Window window = std::move(*Window::reserve(u64{1} << 32));
  std::array<u8, 16> off{};
  AddressSpace space;

  Windowed() {
    REQUIRE(window.map(0x1000, 0x2000, rw));
    REQUIRE(window.map(0x3000, 0x1000, Access::read));
    REQUIRE(window.map(0x8000, 0x2000, rw | Access::execute));
    const Area areas[] = {{0x5ff8, 16, rw, off.data()}};
    space.bind(window, areas);
  }
};

}  // namespace

TEST_CASE("a window is reached page by page, with the rights of each") {
  Windowed w;
  u8* const base = w.window.base();
  CHECK(w.space.reach(0x1000, 8, Access::read) == base + 0x1000);
  CHECK(w.space.reach(0x2ff8, 8, rw) == base + 0x2ff8);
  CHECK(w.space.reach(0x1ffc, 8, Access::write) == base + 0x1ffc);
  CHECK(w.space.reach(0x1000, 0x2000, Access::write) == base + 0x1000);
  CHECK(w.space.reach(0x1000, 0x3000, Access::read) == base + 0x1000);
  CHECK(w.space.reach(0x1000, 0x2001, Access::write) == nullptr);
  CHECK(w.space.reach(0x2ffc, 8, Access::write) == nullptr);
  CHECK(w.space.reach(0x2ffc, 8, Access::read) == base + 0x2ffc);
  CHECK(w.space.reach(0x3000, 1, Access::write) == nullptr);
  CHECK(w.space.reach(0x3ffc, 8, Access::read) == nullptr);
  CHECK(w.space.reach(0x0fff, 1, Access::read) == nullptr);
  CHECK(w.space.reach(0x1000, 1, Access::execute) == nullptr);
  CHECK(w.space.reach(0x9fff, 1, Access::execute) == base + 0x9fff);
  CHECK(w.space.reach(w.window.size() - 1, 2, Access::read) == nullptr);
  CHECK(w.space.reach(~u64{0}, 1, Access::read) == nullptr);
  CHECK(w.space.reach(0x1000, ~u64{0}, Access::read) == nullptr);
  CHECK(w.space.reach(0x1fff, ~u64{0} - 0x1ffe, Access::read) == nullptr);
}

TEST_CASE("areas are reached beside a window") {
  Windowed w;
  CHECK(w.space.reach(0x5ff8, 16, Access::write) == w.off.data());
  CHECK(w.space.reach(0x5ff7, 1, Access::read) == nullptr);
  CHECK(w.space.reach(0x6008, 1, Access::read) == nullptr);

  // What the window maps or loses meanwhile is known at once.
  CHECK(w.space.reach(0x6100, 1, Access::read) == nullptr);
  REQUIRE(w.window.map(0xa000, 0x1000, rw));
  CHECK(w.space.reach(0x9fff, 2, Access::write) == w.window.base() + 0x9fff);
  REQUIRE(w.window.unmap(0xa000, 0x1000));
  CHECK(w.space.reach(0xa000, 1, Access::read) == nullptr);

  w.space.bind(w.space.areas());
  CHECK(w.space.window() == nullptr);
  CHECK(w.space.reach(0x1000, 1, Access::read) == nullptr);
}

TEST_CASE("reads and writes go across from a window to an area") {
  Windowed w;
  REQUIRE(w.window.map(0x7000, 0x1000, rw));
  std::array<u8, 16> below{};
  const Area area{0x6ff0, 16, rw, below.data()};
  w.space.bind(w.window, {&area, 1});
  const u64 value = 0x8877665544332211;
  u64 unreachable = 0, read = 0;
  CHECK(w.space.reach(0x6ffc, 8, Access::write) == nullptr);
  REQUIRE(w.space.write_across(0x6ffc, &value, 8, unreachable));
  CHECK(below[15] == 0x44);
  CHECK(w.window.base()[0x7000] == 0x55);
  REQUIRE(w.space.read_across(0x6ffc, &read, 8, unreachable));
  CHECK(read == value);
  CHECK(!w.space.write_across(0x2ffc, &value, 8, unreachable));
  CHECK(unreachable == 0x3000);
  CHECK(w.window.base()[0x2ffc] == 0);
}

TEST_CASE("a write to a watched page goes through, and leaves the page unwatched and stale") {
  Windowed w;
  REQUIRE(w.window.watch(0x8000, 0x2000));
  CHECK(w.space.reach(0x8000, 1, Access::read) == w.window.base() + 0x8000);
  CHECK(w.space.reach(0x8000, 1, Access::execute) == w.window.base() + 0x8000);
  CHECK(w.space.stale_pages().empty());
  u8* host = w.space.reach(0x8010, 8, Access::write);
  REQUIRE(host == w.window.base() + 0x8010);
  *host = 1;
  CHECK(!w.window.watched(0x8000));
  CHECK(w.window.watched(0x9000));
  CHECK(std::vector<u64>(w.space.stale_pages().begin(), w.space.stale_pages().end()) == std::vector<u64>{0x8000});
  w.space.clear_stale_pages();
  REQUIRE(w.space.reach(0x8010, 8, Access::write));
  CHECK(w.space.stale_pages().empty());

  REQUIRE(w.window.watch(0x8000, 0x2000));
  host = w.space.reach(0x8ffc, 8, Access::write);
  REQUIRE(host);
  std::memset(host, 2, 8);
  CHECK(w.space.stale_pages().size() == 2);
  CHECK(!w.window.watched(0x9000));

  // A write refused for its other half watches on.
  REQUIRE(w.window.watch(0x9000, 0x1000));
  w.space.clear_stale_pages();
  CHECK(w.space.reach(0x9ffc, 8, Access::write) == nullptr);
  u64 unreachable = 0;
  const u64 value = 0;
  CHECK(!w.space.write_across(0x9ffc, &value, 8, unreachable));
  CHECK(unreachable == 0xa000);

  // Pages the guest may not write stay watched.
  REQUIRE(w.window.protect(0x9000, 0x1000, Access::read | Access::execute));
  REQUIRE(w.window.watch(0x9000, 0x1000));
  CHECK(w.space.reach(0x9000, 1, Access::write) == nullptr);
  CHECK(w.window.watched(0x9000));
}

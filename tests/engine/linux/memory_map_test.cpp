// Mappings, held against a plain table of pages.
#include "engine/linux/memory_map.hpp"

#include "engine/linux/layout.hpp"
#include "tests/catch.hpp"

#include <array>
#include <random>

using namespace diptych;
using namespace diptych::linux_guest;

namespace {

constexpr u64 begin = 0x100000;
constexpr u64 pages = 64;
constexpr Access rw = Access::read | Access::write, rx = Access::read | Access::execute;

}  // namespace

TEST_CASE("a random walk over mappings leaves what a table of pages says") {
  auto window = Window::reserve(address_limit);
  REQUIRE(window);
  std::vector<Range> changed;
  MemoryMap map(*window, [&](Range range) { changed.push_back(range); });
  struct Page {
    bool mapped = false;
    Access access = Access::none;
    u8 byte = 0;
  };
  std::array<Page, pages> expected{};
  std::mt19937 random(3);
  for (int round = 0; round < 3000; ++round) {
    const u64 first = random() % pages, count = 1 + random() % std::min<u64>(pages - first, 12);
    const u64 address = begin + first * page_size, size = count * page_size;
    constexpr std::array<Access, 4> choices = {Access::none, Access::read, rw, rx};
    const Access access = choices[random() % choices.size()];
    changed.clear();
    bool all = true, none = true, code = false;
    for (u64 i = first; i < first + count; ++i) {
      all &= expected[i].mapped;
      none &= !expected[i].mapped;
      code |= expected[i].mapped && allows(expected[i].access, Access::execute);
    }
    CHECK(map.covers(address, size) == all);
    CHECK(map.free(address, size) == none);
    switch (random() % 4) {
      case 0:
        REQUIRE(map.map(address, size, access));
        for (u64 i = first; i < first + count; ++i) expected[i] = {true, access, 0};
        code |= allows(access, Access::execute);
        break;
      case 1:
        map.unmap(address, size);
        for (u64 i = first; i < first + count; ++i) expected[i] = {};
        break;
      case 2:
        CHECK(map.protect(address, size, access) == all);
        code = all && (code || allows(access, Access::execute));
        if (all)
          for (u64 i = first; i < first + count; ++i) expected[i].access = access;
        break;
      default:
        code = false;
        for (u64 i = first; i < first + count; ++i)
          if (expected[i].mapped && allows(expected[i].access, Access::write)) {
            expected[i].byte = static_cast<u8>(random());
            window->base()[begin + i * page_size + 5] = expected[i].byte;
          }
    }
    // Whoever translated code hears of each change to where code was or is.
    CHECK(changed.empty() == !code);
    for (u64 i = 0; i < pages; ++i) {
      const u64 page = begin + i * page_size;
      const auto at = map.at(page + 7);
      if (at.has_value() != expected[i].mapped || (at && at->access != expected[i].access)) FAIL("page " << i);
      if (window->rights(page) != expected[i].access) FAIL("rights of page " << i);
      if (at && allows(at->access, Access::read) && window->base()[page + 5] != expected[i].byte) FAIL("byte of page " << i);
    }
  }
}

TEST_CASE("room is found below the stack, and at a hint that is free") {
  auto window = Window::reserve(address_limit);
  REQUIRE(window);
  MemoryMap map(*window, [](Range) {});
  const u64 first = map.room(page_size, 0).value();
  CHECK(first == mappings_top - page_size);
  REQUIRE(map.map(first, page_size, rw));
  const u64 second = map.room(4 * page_size, 0).value();
  CHECK(second == first - 4 * page_size);
  REQUIRE(map.map(second, 4 * page_size, rw));
  map.unmap(second + page_size, page_size);
  CHECK(map.room(page_size, 0) == second + page_size);
  CHECK(map.room(2 * page_size, 0) == second - 2 * page_size);
  CHECK(map.room(page_size, 0x500000) == 0x500000);
  CHECK(map.room(page_size, first) == second + page_size);
  CHECK(map.room(page_size, ~u64{0} - page_size + 1) == second + page_size);
  CHECK(!map.room(address_limit, 0));
}

TEST_CASE("the heap grows and shrinks, not into what lies behind it") {
  auto window = Window::reserve(address_limit);
  REQUIRE(window);
  MemoryMap map(*window, [](Range) {});
  map.begin_heap(begin);
  CHECK(map.move_break(0) == begin);
  CHECK(map.move_break(begin + 10000) == begin + 10000);
  CHECK(window->rights(begin + 3 * page_size - 1) == rw);
  CHECK(window->rights(begin + 3 * page_size) == Access::none);
  window->base()[begin + 9000] = 1;
  CHECK(map.move_break(begin + 100) == begin + 100);
  CHECK(!map.at(begin + page_size));
  CHECK(map.move_break(begin + 10000) == begin + 10000);
  CHECK(window->base()[begin + 9000] == 0);
  REQUIRE(map.map(begin + 8 * page_size, page_size, rw));
  CHECK(map.move_break(begin + 9 * page_size) == begin + 10000);
  CHECK(map.move_break(begin + 8 * page_size) == begin + 8 * page_size);
  CHECK(map.move_break(begin - 1) == begin + 8 * page_size);
  CHECK(map.move_break(~u64{0}) == begin + 8 * page_size);
}

TEST_CASE("moved pages keep their bytes and rights") {
  auto window = Window::reserve(address_limit);
  REQUIRE(window);
  MemoryMap map(*window, [](Range) {});
  for (const Access access : {Access::none, Access::read, rw}) {
    REQUIRE(map.map(begin, 3 * page_size, rw));
    window->base()[begin + page_size] = 42;
    REQUIRE(map.protect(begin, 3 * page_size, access));
    REQUIRE(map.move(begin, 2 * begin, 3 * page_size));
    CHECK(!map.at(begin));
    CHECK(window->rights(2 * begin) == access);
    REQUIRE(map.protect(2 * begin, 3 * page_size, Access::read));
    CHECK(window->base()[2 * begin + page_size] == 42);
    map.unmap(2 * begin, 3 * page_size);
  }
}

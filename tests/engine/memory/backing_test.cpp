#include "engine/memory/backing.hpp"

#include "tests/catch.hpp"

#include <algorithm>
#include <random>

using namespace diptych;

namespace {

constexpr Access r = Access::read;
constexpr Access rw = Access::read | Access::write;
constexpr Access rx = Access::read | Access::execute;

// Its bytes tell one program from another.
Program program_with(std::vector<Region> memory, u8 mark) {
  Program program;
  program.code_address = 0x10ffe;
  program.code = {mark, 2};
  program.memory = std::move(memory);
  for (const Region& region : program.memory) program.contents.push_back({region.address + region.size - 2, {mark, 7}});
  return program;
}

// Everything accessible is what the program puts there, and nothing else of the window is accessible.
void check_placed(const Window& window, const Program& program, std::span<const Area> areas) {
  InitialMemory initial;
  initial.prepare(program);
  REQUIRE(areas.size() == initial.areas().size());
  for (std::size_t i = 0; i < areas.size(); ++i) {
    CHECK(areas[i].access == initial.areas()[i].access);
    CHECK(std::ranges::equal(std::span<const u8>(areas[i].host, areas[i].size), initial.bytes(i)));
  }
  for (u64 page = 0; page < window.size(); page += page_size) {
    const auto inside = std::ranges::find_if(areas, [&](const Area& area) {
      return area.contains(page) && area.host == window.base() + area.address;
    });
    REQUIRE(window.rights(page) == (inside == areas.end() ? Access::none : inside->access));
  }
}

}  // namespace

TEST_CASE("in a window, each program finds its own memory whatever the one before had") {
  auto window = Window::reserve(u64{1} << 20);
  REQUIRE(window);
  WindowBacking backing(*window);
  std::vector<Area> areas;
  std::mt19937_64 random(11);
  for (int round = 0; round < 400; ++round) {
    std::vector<Region> memory;
    u64 at = 0x20000;
    for (u64 left = random() % 4; left != 0; --left) {
      at += page_size * (random() % 3);
      const u64 size = page_size * (1 + random() % 2);
      memory.push_back({at, size, std::array{r, rw, rx}[random() % 3]});
      at += size;
    }
    const Program program = program_with(std::move(memory), u8(round));
    InitialMemory initial;
    initial.prepare(program);
    REQUIRE(backing.place(initial, areas));
    check_placed(*window, program, areas);
    // What a run leaves, and what is watched, is no matter of the next program.
    for (const Area& area : areas) {
      if (allows(area.access, Access::write)) std::fill_n(area.host, area.size, u8{0xee});
      if (area.access == rx && window->mapped(area.address)) REQUIRE(window->watch(area.address, page_size));
    }
  }
}

TEST_CASE("memory that comes and goes stays mapped between, out of reach") {
  auto window = Window::reserve(u64{1} << 20);
  REQUIRE(window);
  WindowBacking backing(*window);
  std::vector<Area> areas;
  const Region data{0x20000, 0x2000, rw}, constants{0x30000, 0x1000, r};
  for (int round = 0; round < 3; ++round) {
    for (const bool with_constants : {true, false}) {
      const Program program = program_with(with_constants ? std::vector{data, constants} : std::vector{data}, u8(round));
      InitialMemory initial;
      initial.prepare(program);
      REQUIRE(backing.place(initial, areas));
      check_placed(*window, program, areas);
      CHECK(window->mapped(constants.address));
    }
  }
  // Code lies there now, but not in the window: what was there must not be in its way.
  Program other = program_with({data}, 9);
  other.code_address = constants.address + 8;
  InitialMemory initial;
  initial.prepare(other);
  REQUIRE(backing.place(initial, areas));
  check_placed(*window, other, areas);
  CHECK(!window->mapped(constants.address));
}

TEST_CASE("in a window, no more than a few regions of earlier programs are kept") {
  auto window = Window::reserve(u64{1} << 22);
  REQUIRE(window);
  WindowBacking backing(*window);
  std::vector<Area> areas;
  for (u64 page = 0; page < 200; ++page) {
    const Program program = program_with({{0x20000 + 2 * page * page_size, page_size, rw}}, u8(page));
    InitialMemory initial;
    initial.prepare(program);
    REQUIRE(backing.place(initial, areas));
  }
  u64 mapped = 0;
  for (u64 at = 0; at < window->size(); at += page_size) mapped += window->mapped(at);
  CHECK(mapped < 32);
}

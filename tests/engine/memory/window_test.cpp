#include "engine/memory/window.hpp"

#include "tests/catch.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace diptych;

namespace {

constexpr Access none = Access::none;
constexpr Access r = Access::read;
constexpr Access rw = Access::read | Access::write;
constexpr Access rx = Access::read | Access::execute;
constexpr Access rwx = rw | Access::execute;

Window reserve(u64 size = u64{1} << 32) {
  auto window = Window::reserve(size);
  REQUIRE(window);
  return std::move(*window);
}

// Asked of the kernel, which answers instead of raising a signal.
bool host_reads(const u8* byte) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const bool can = write(ends[1], byte, 1) == 1;
  close(ends[0]);
  close(ends[1]);
  return can;
}

bool host_writes(u8* byte) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const u8 value = 0;
  REQUIRE(write(ends[1], &value, 1) == 1);
  const bool can = read(ends[0], byte, 1) == 1;
  close(ends[0]);
  close(ends[1]);
  return can;
}

std::vector<u8> bytes_at(const Window& window, u64 address, u64 size) {
  return {window.base() + address, window.base() + address + size};
}

}  // namespace

TEST_CASE("nothing of a new window is accessible, nor what lies around it") {
  Window window = reserve();
  CHECK(window.size() == u64{1} << 32);
  CHECK(reinterpret_cast<u64>(window.base()) % Window::guard == 0);
  CHECK(!host_reads(window.base()));
  REQUIRE(window.map(0, 4096, rw));
  REQUIRE(window.map(window.size() - 4096, 4096, rw));
  CHECK(host_writes(window.base()));
  CHECK(host_writes(window.base() + window.size() - 1));
  for (u64 away : {u64{1}, u64{4096}, u64{65536}, Window::guard}) {
    CHECK(!host_reads(window.base() - away));
    CHECK(!host_reads(window.base() + window.size() - 1 + away));
  }
}

TEST_CASE("the host refuses what the guest may not") {
  Window window = reserve();
  REQUIRE(window.map(0x1000, 0x5000, rw));
  REQUIRE(window.protect(0x2000, 0x1000, r));
  REQUIRE(window.protect(0x3000, 0x1000, rx));
  REQUIRE(window.protect(0x4000, 0x1000, none));
  REQUIRE(window.protect(0x5000, 0x1000, rwx));
  const Access rights[] = {none, rw, r, rx, none, rwx, none};
  for (u64 page = 0; page < 7; ++page) {
    INFO("page " << page);
    u8* byte = window.base() + page * 0x1000 + 0xfff;
    CHECK(window.rights(page * 0x1000 + 0xfff) == rights[page]);
    CHECK(window.mapped(page * 0x1000) == (page > 0 && page < 6));
    CHECK(host_reads(byte) == allows(rights[page], r));
    CHECK(host_writes(byte) == allows(rights[page], Access::write));
    CHECK((window.rights_table()[page] & Window::rights_mask) == u8(rights[page]));
  }
  CHECK(window.rights(window.size()) == none);
  CHECK(window.rights(~u64{0}) == none);
}

TEST_CASE("rights that the host cannot express are refused") {
  Window window = reserve();
  for (Access access : {Access::write, Access::execute, Access::write | Access::execute}) {
    CHECK(!Window::holds(access));
    CHECK(window.map(0, 4096, access).error().kind == ErrorKind::unsupported);
    REQUIRE(window.map(0x1000, 4096, rw));
    CHECK(window.protect(0x1000, 4096, access).error().kind == ErrorKind::unsupported);
    CHECK(window.rights(0x1000) == rw);
  }
  for (Access access : {none, r, rw, rx, rwx}) CHECK(Window::holds(access));
}

TEST_CASE("ranges that are not whole pages within the window are refused") {
  Window window = reserve();
  const u64 size = window.size();
  const std::pair<u64, u64> bad[] = {{1, 4096},          {0, 4095},           {0, 0},
                                     {size, 4096},       {size - 4096, 8192}, {4096, ~u64{0} & ~u64{4095}},
                                     {~u64{4095}, 4096}, {~u64{4095}, 8192}};
  for (auto [address, bytes] : bad) {
    INFO(address << " " << bytes);
    CHECK(window.map(address, bytes, rw).error().kind == ErrorKind::bad_input);
    CHECK(window.protect(address, bytes, rw).error().kind == ErrorKind::bad_input);
    CHECK(window.watch(address, bytes).error().kind == ErrorKind::bad_input);
  }
  CHECK(window.protect(0, 4096, rw).error().kind == ErrorKind::bad_input);
  CHECK(window.watch(0, 4096).error().kind == ErrorKind::bad_input);
  CHECK(Window::reserve(0).error().kind == ErrorKind::bad_input);
  CHECK(Window::reserve(Window::most + 1).error().kind == ErrorKind::bad_input);
}

TEST_CASE("mapping zeroes, protecting keeps, unmapping drops") {
  Window window = reserve();
  // Small enough to be cleared by hand, and not.
  for (u64 size : {u64{0x2000}, u64{0x400000}}) {
    INFO("size " << size);
    REQUIRE(window.map(0, size, rw));
    const auto spoil = [&] { std::fill_n(window.base(), size, u8{7}); };
    const auto zero = [&] {
      return std::all_of(window.base(), window.base() + size, [](u8 byte) { return byte == 0; });
    };
    spoil();
    REQUIRE(window.map(0, size, rw));
    CHECK(zero());
    spoil();
    REQUIRE(window.protect(0, size, r));
    REQUIRE(window.protect(0, size, none));
    REQUIRE(window.protect(0, size, rx));
    CHECK(window.base()[size - 1] == 7);
    REQUIRE(window.map(0, size, rx));
    CHECK(zero());
    REQUIRE(window.protect(0, size, rw));
    spoil();
    REQUIRE(window.map(0, size, r));
    CHECK(zero());
    REQUIRE(window.protect(0, size, rw));
    spoil();
    REQUIRE(window.unmap(0, size));
    CHECK(!window.mapped(0));
    CHECK(!host_reads(window.base()));
    REQUIRE(window.map(0, size, rw));
    CHECK(zero());
  }
}

TEST_CASE("unmapping takes no more than is there") {
  Window window = reserve();
  REQUIRE(window.map(0x1000, 0x3000, rw));
  window.base()[0x1000] = 1;
  window.base()[0x3000] = 3;
  REQUIRE(window.unmap(0x2000, 0x1000));
  REQUIRE(window.unmap(0x2000, 0x1000));
  CHECK(window.base()[0x1000] == 1);
  CHECK(window.base()[0x3000] == 3);
  CHECK(!host_reads(window.base() + 0x2000));
  CHECK(window.unmap(window.size(), 0x1000));
  CHECK(window.unmap(~u64{0}, ~u64{0}));
  CHECK(window.mapped(0x1000));
  REQUIRE(window.unmap(0x1000, ~u64{0}));
  CHECK(!window.mapped(0x1000));
  CHECK(!window.mapped(0x3000));
}

TEST_CASE("the host refuses writes to watched pages, and only those") {
  Window window = reserve();
  REQUIRE(window.map(0x1000, 0x3000, rwx));
  window.base()[0x2000] = 9;
  REQUIRE(window.watch(0x2000, 0x1000));
  REQUIRE(window.watch(0x2000, 0x1000));
  CHECK(window.watched(0x2fff));
  CHECK(!window.watched(0x1fff));
  CHECK(!window.watched(~u64{0}));
  CHECK(window.rights(0x2000) == rwx);
  CHECK(!host_writes(window.base() + 0x2000));
  CHECK(host_writes(window.base() + 0x1fff));
  CHECK(host_writes(window.base() + 0x3000));
  CHECK(window.base()[0x2000] == 9);

  // The guest's own changes of rights do not end the watch.
  REQUIRE(window.protect(0x2000, 0x1000, r));
  REQUIRE(window.protect(0x2000, 0x1000, rw));
  CHECK(window.watched(0x2000));
  CHECK(!host_writes(window.base() + 0x2000));
  REQUIRE(window.unwatch(0x2000, 0x1000));
  CHECK(host_writes(window.base() + 0x2000));

  REQUIRE(window.watch(0x1000, 0x3000));
  REQUIRE(window.map(0x1000, 0x1000, rwx));
  CHECK(!window.watched(0x1000));
  CHECK(host_writes(window.base() + 0x1000));
  REQUIRE(window.unmap(0x2000, 0x1000));
  CHECK(!window.watched(0x2000));
  CHECK(window.watched(0x3000));
}

TEST_CASE("bytes are filled in from outside, whatever the rights, and the rights stay") {
  Window window = reserve();
  REQUIRE(window.map(0x1000, 0x1000, r));
  REQUIRE(window.map(0x2000, 0x1000, rw));
  REQUIRE(window.map(0x3000, 0x1000, none));
  REQUIRE(window.map(0x4000, 0x1000, rwx));
  REQUIRE(window.watch(0x4000, 0x1000));
  std::vector<u8> bytes(0x3002);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = u8(i * 7 + i / 256);
  const auto most = std::span<const u8>(bytes).first(0x3001);
  REQUIRE(window.fill(0x1fff, most));
  REQUIRE(window.fill(0x1fff, most));
  CHECK(!host_writes(window.base() + 0x1fff));
  CHECK(!host_reads(window.base() + 0x3000));
  CHECK(!host_writes(window.base() + 0x4fff));
  CHECK(window.watched(0x4000));
  CHECK(window.fill(0x4fff, bytes).error().kind == ErrorKind::bad_input);
  CHECK(window.fill(window.size() - 1, bytes).error().kind == ErrorKind::bad_input);
  CHECK(window.fill(window.size(), {}));
  REQUIRE(window.map(0x5000, 0x1000, rw));
  REQUIRE(window.protect(0x3000, 0x1000, r));
  CHECK(bytes_at(window, 0x1fff, most.size()) == std::vector<u8>(most.begin(), most.end()));
  REQUIRE(window.fill(0x1fff, bytes));
  CHECK(bytes_at(window, 0x1fff, bytes.size()) == bytes);
}

TEST_CASE("a file is mapped privately, with zeros behind its end, and may be cut short meanwhile") {
  Window window = reserve();
  std::FILE* file = std::tmpfile();
  REQUIRE(file);
  std::vector<u8> content(0x1800);
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = u8(i % 251);
  REQUIRE(std::fwrite(content.data(), 1, content.size(), file) == content.size());
  std::fflush(file);
  REQUIRE(window.map_file(0x10000, 0x2000, r, fileno(file), 0x1000));
  REQUIRE(window.map_file(0x20000, 0x1000, rw, fileno(file), 0));
  window.base()[0x20000] = 99;
  REQUIRE(ftruncate(fileno(file), 0) == 0);
  std::vector<u8> expected(content.begin() + 0x1000, content.end());
  expected.resize(0x2000);
  CHECK(bytes_at(window, 0x10000, 0x2000) == expected);
  CHECK(!host_writes(window.base() + 0x10000));
  CHECK(window.base()[0x20001] == content[1]);
  std::fclose(file);

  CHECK(window.map_file(0x10000, 0x1000, r, -1, 0).error().kind == ErrorKind::environment);
  CHECK(!window.mapped(0x10000));
}

TEST_CASE("twenty windows live at once and know nothing of one another") {
  std::vector<Window> windows;
  for (int i = 0; i < 20; ++i) {
    auto window = Window::reserve();
    REQUIRE(window);
    windows.push_back(std::move(*window));
    REQUIRE(windows.back().map(0x10000, 0x2000, rw));
    windows.back().base()[0x10000] = u8(i + 1);
  }
  for (int i = 0; i < 20; i += 2) REQUIRE(windows[std::size_t(i)].protect(0x10000, 0x1000, r));
  for (int i = 0; i < 20; ++i) {
    Window& window = windows[std::size_t(i)];
    CHECK(window.base()[0x10000] == i + 1);
    CHECK(host_writes(window.base() + 0x10000) == (i % 2 == 1));
  }
}

TEST_CASE("a window is moved with what it holds, and given back") {
  Window first = reserve(), second = reserve();
  REQUIRE(first.map(0, 0x1000, rw));
  first.base()[5] = 5;
  u8* const base = first.base();
  Window moved = std::move(first);
  second = std::move(moved);
  CHECK(second.base() == base);
  CHECK(second.base()[5] == 5);
  CHECK(second.rights(0) == rw);
  { Window last = std::move(second); }
  CHECK(!host_reads(base));
}

TEST_CASE("guest memory is never executable on the host") {
  Window window = reserve();
  REQUIRE(window.map(0, 0x1000, rwx));
  REQUIRE(window.map(0x2000, 0x1000, rx));
  std::ifstream maps("/proc/self/maps");
  int seen = 0;
  for (std::string line; std::getline(maps, line);) {
    u64 begin = 0, end = 0;
    char rights[5] = {};
    REQUIRE(std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, rights) == 3);
    if (end <= reinterpret_cast<u64>(window.base()) || begin >= reinterpret_cast<u64>(window.base() + window.size()))
      continue;
    ++seen;
    CHECK(rights[2] == '-');
  }
  CHECK(seen >= 3);
}

namespace {

// Bytes of addresses this process uses.
u64 addresses_used() {
  std::ifstream sizes("/proc/self/statm");
  u64 pages = 0;
  sizes >> pages;
  return pages * page_size;
}

// The size of the window that is given where so much more may be used; 0: an error of the environment.
u64 size_reserved_with(u64 more) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit limit{addresses_used() + more, addresses_used() + more};
    setrlimit(RLIMIT_AS, &limit);
    const auto window = Window::reserve();
    u64 size = window ? window->size() : 0;
    if (!window && window.error().kind != ErrorKind::environment) size = 1;
    (void)!write(ends[1], &size, sizeof size);
    _exit(0);
  }
  close(ends[1]);
  u64 size = 2;
  (void)!read(ends[0], &size, sizeof size);
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return size;
}

}  // namespace

TEST_CASE("where the host has few addresses left a window is smaller, and where it has none refused") {
  CHECK(size_reserved_with(u64{40} << 30) == u64{32} << 30);
  CHECK(size_reserved_with(u64{7} << 30) == u64{4} << 30);
  CHECK(size_reserved_with(u64{1} << 30) == 0);
}

TEST_CASE("whatever is done in whatever order, the host's rights follow from the guest's") {
  struct Page {
    bool mapped = false, watched = false, lent = false;
    Access access = none;
    u8 byte = 0;
  };
  constexpr u64 pages = 24;
  constexpr u64 first = 0x100;
  const Access all[] = {none, r, rw, rx, rwx};
  std::vector<Page> model(pages);
  std::vector<Window::Trap> traps;
  Window window = reserve();
  std::mt19937_64 random(3);
  const auto below = [&](u64 bound) { return random() % bound; };
  for (int step = 0; step < 3000; ++step) {
    const u64 from = below(pages), count = 1 + below(std::min<u64>(pages - from, 6));
    const u64 address = (first + from) * page_size, size = count * page_size;
    const Access access = all[below(5)];
    const auto range = std::span(model).subspan(from, count);
    const bool there = std::ranges::all_of(range, &Page::mapped);
    const u64 what = below(10);
    const auto take_back = [&] {
      for (Page& page : model) page.lent = false;
    };
    const auto trapped = [&](u64 page, Access how) {
      return std::ranges::any_of(traps, [&](const Window::Trap& trap) {
        return first + page >= trap.begin && first + page < trap.end && allows(trap.access, how);
      });
    };
    INFO("step " << step << ", operation " << what);
    switch (what) {
      case 0:
        REQUIRE(window.map(address, size, access));
        take_back();
        for (Page& page : range) page = {true, false, false, access, 0};
        break;
      case 1:
        REQUIRE(window.protect(address, size, access).has_value() == there);
        if (there)
          for (Page& page : range) page.access = access;
        break;
      case 2:
        if (std::ranges::any_of(range, &Page::mapped)) take_back();
        REQUIRE(window.unmap(address, size));
        for (Page& page : range) page = {};
        break;
      case 3:
        REQUIRE(window.watch(address, size).has_value() == there);
        if (there)
          for (Page& page : range) page.watched = true;
        break;
      case 4:
        REQUIRE(window.unwatch(address, size));
        for (Page& page : range) page.watched = false;
        break;
      case 5:
        traps.push_back({first + from, first + from + count, std::array{r, Access::write, rw}[below(3)]});
        REQUIRE(window.trap(traps.back()));
        take_back();
        break;
      case 6:
        if (traps.empty()) break;
        std::swap(traps[below(traps.size())], traps.back());
        window.untrap(traps.back());
        traps.pop_back();
        take_back();
        break;
      case 7: {
        // What C++ may touch once it asked.
        const Access how = std::array{r, Access::write, rw}[below(3)];
        if (!std::ranges::all_of(range, [&](const Page& page) { return allows(page.access, how) && !page.watched; })) break;
        u8* const host = window.open(address, size, how);
        REQUIRE(host == window.base() + address);
        for (u64 i = from; i < from + count; ++i) {
          if (trapped(i, r) || (allows(how, Access::write) && trapped(i, Access::write))) model[i].lent = true;
          if (allows(how, Access::write)) std::fill_n(host + (i - from) * page_size, page_size, model[i].byte = u8(step));
        }
        break;
      }
      case 8:
        window.take_back();
        take_back();
        break;
      default: {
        const u8 byte = u8(1 + below(255));
        REQUIRE(window.fill(address, std::vector<u8>(size, byte)).has_value() == there);
        if (there)
          for (Page& page : range) page.byte = byte;
      }
    }
    for (u64 i = from ? from - 1 : 0; i < std::min(pages, from + count + 1); ++i) {
      const Page& page = model[i];
      const u64 at = (first + i) * page_size;
      INFO("page " << i);
      REQUIRE(window.mapped(at) == page.mapped);
      REQUIRE(window.rights(at) == page.access);
      REQUIRE(window.watched(at) == page.watched);
      u8 byte = 0;
      REQUIRE(window.look(at + below(page_size - 1), {&byte, 1}) == page.mapped);
      REQUIRE(byte == page.byte);
      REQUIRE(host_reads(window.base() + at) == (page.lent || (allows(page.access, r) && !trapped(i, r))));
      // The probe leaves a zero in the last byte, where nobody looks.
      REQUIRE(host_writes(window.base() + at + page_size - 1) == (page.lent || (allows(page.access, Access::write) && !page.watched && !trapped(i, r) && !trapped(i, Access::write))));
    }
  }
}

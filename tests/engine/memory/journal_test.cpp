#include "engine/memory/journal.hpp"

#include "engine/memory/address_space.hpp"
#include "tests/catch.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <random>

#include <unistd.h>

using namespace diptych;

namespace {

constexpr Access none = Access::none, r = Access::read, rw = r | Access::write;
constexpr Access rx = r | Access::execute, rwx = rw | Access::execute;

Window reserve() { return std::move(*Window::reserve(u64{1} << 32)); }

u8 byte_at(Window& window, u64 address) {
  u8 byte = 0;
  REQUIRE(window.look(address, {&byte, 1}) == 1);
  return byte;
}

// As translated code does: the host instruction first, and what the host refuses in C++.
class Writer {
 public:
  explicit Writer(Window& window) : window_(window) {
    REQUIRE(pipe(ends_) == 0);
    space.bind(window);
  }
  ~Writer() {
    close(ends_[0]);
    close(ends_[1]);
  }

  bool write(u64 address, u8 value) {
    window_.take_back();
    REQUIRE(::write(ends_[1], &value, 1) == 1);
    // Asked of the kernel, which answers instead of raising a signal.
    if (::read(ends_[0], window_.base() + address, 1) == 1) return true;
    u8 rest = 0;
    REQUIRE(::read(ends_[0], &rest, 1) == 1);
    u8* const host = space.reach(address, 1, Access::write);
    if (host) *host = value;
    return host;
  }

  AddressSpace space;

 private:
  Window& window_;
  int ends_[2];
};

}  // namespace

TEST_CASE("memory goes back to how it was at a mark, any number of times") {
  Window window = reserve();
  REQUIRE(window.map(0x1000, 0x10000, rw));
  Journal journal(window);
  Writer writer(window);
  REQUIRE(writer.write(0x1000, 1));
  const u64 first = journal.mark();
  REQUIRE(writer.write(0x1000, 2));
  REQUIRE(writer.write(0x9fff, 3));
  const u64 second = journal.mark();
  REQUIRE(writer.write(0x9fff, 4));
  REQUIRE(writer.write(0x5000, 5));
  for (int time = 0; time < 3; ++time) {
    REQUIRE(journal.restore(second));
    CHECK(byte_at(window, 0x1000) == 2);
    CHECK(byte_at(window, 0x9fff) == 3);
    CHECK(byte_at(window, 0x5000) == 0);
    REQUIRE(writer.write(0x9fff, 6));
    REQUIRE(writer.write(0x6000, 7));
  }
  CHECK(journal.marks() == std::vector<u64>{first, second});
  REQUIRE(journal.restore(first));
  CHECK(byte_at(window, 0x1000) == 1);
  CHECK(byte_at(window, 0x9fff) == 0);
  CHECK(journal.marks() == std::vector<u64>{first});
  CHECK(journal.restore(second).error().kind == ErrorKind::bad_input);
  CHECK(journal.mark() > second);
}

TEST_CASE("mappings and rights go back as well, and ranges of code that changed are told") {
  Window window = reserve();
  REQUIRE(window.map(0x10000, 0x2000, rw));
  REQUIRE(window.map(0x20000, 0x2000, rx));
  REQUIRE(window.map(0x30000, 0x1000, none));
  REQUIRE(window.fill(0x10000, std::vector<u8>(0x2000, 1)));
  REQUIRE(window.fill(0x20000, std::vector<u8>(0x2000, 2)));
  REQUIRE(window.fill(0x30000, std::vector<u8>(0x1000, 3)));
  Journal journal(window);
  const u64 mark = journal.mark();
  REQUIRE(window.watch(0x20000, 0x2000));
  REQUIRE(window.unmap(0x11000, 0x1000));
  REQUIRE(window.map(0x12000, 0x4000, rw));
  REQUIRE(window.fill(0x13000, std::vector<u8>(0x1000, 9)));
  REQUIRE(window.map(0x20000, 0x1000, rx));
  REQUIRE(window.protect(0x30000, 0x1000, rw));
  REQUIRE(window.fill(0x30000, std::vector<u8>(0x1000, 9)));
  const auto changed = journal.restore(mark);
  REQUIRE(changed);
  REQUIRE(changed->size() == 1);
  CHECK(changed->front().address == 0x20000);
  CHECK(changed->front().size == 0x1000);
  CHECK(window.rights(0x11000) == rw);
  CHECK(byte_at(window, 0x11fff) == 1);
  CHECK(!window.mapped(0x12000));
  CHECK(!window.mapped(0x13000));
  CHECK(window.rights(0x20000) == rx);
  CHECK(byte_at(window, 0x20000) == 2);
  CHECK(!window.watched(0x20000));
  CHECK(window.watched(0x21000));
  CHECK(window.rights(0x30000) == none);
  CHECK(byte_at(window, 0x30000) == 3);
}

TEST_CASE("a forgotten mark gives its room back, and the others hold") {
  Window window = reserve();
  constexpr u64 size = u64{4} << 20;
  REQUIRE(window.map(0, size, rw));
  REQUIRE(window.fill(0, std::vector<u8>(size, 1)));
  Journal journal(window);
  std::vector<u64> marks;
  for (u8 value = 2; value < 7; ++value) {
    marks.push_back(journal.mark());
    REQUIRE(window.fill(0, std::vector<u8>(size, value)));
  }
  const std::size_t all = journal.size();
  CHECK(all > 5 * size);
  CHECK(journal.spent().count() > 0);
  journal.forget(marks[2]);
  CHECK(journal.size() < all - size / 2);
  journal.forget(marks[2]);
  journal.forget(marks[0]);
  CHECK(journal.marks() == std::vector<u64>{marks[1], marks[3], marks[4]});
  for (std::size_t i : {4u, 3u, 1u}) {
    REQUIRE(journal.restore(marks[i]));
    CHECK(byte_at(window, size - 1) == i + 1);
  }
  journal.forget(marks[1]);
  CHECK(journal.marks().empty());
  CHECK(journal.size() < size / 2);
}

TEST_CASE("memory never touched costs next to nothing, however large") {
  Window window = reserve();
  constexpr u64 size = u64{1} << 30;
  REQUIRE(window.map(size, size, rw));
  Journal journal(window);
  const u64 mark = journal.mark();
  REQUIRE(window.map(2 * size, size, rw));
  REQUIRE(window.unmap(size, size));
  CHECK(journal.size() < 4096);
  REQUIRE(journal.restore(mark));
  CHECK(window.rights(size) == rw);
  CHECK(!window.mapped(2 * size));
  CHECK(byte_at(window, size + size / 2) == 0);
  CHECK(journal.size() < 4096);
}

TEST_CASE("writes to pages far from one another are kept in fewer mappings than the host has") {
  Window window = reserve();
  constexpr u64 size = u64{3} << 30, step = 4 * page_size;
  REQUIRE(window.map(0, size, rw));
  Journal journal(window);
  Writer writer(window);
  const u64 mark = journal.mark();
  for (u64 at = 0; at < size; at += 2 * step) REQUIRE(writer.write(at, 1));
  journal.mark();
  for (u64 at = 0; at < size; at += 2 * step) REQUIRE(writer.write(at, 2));
  journal.mark();
  REQUIRE(writer.write(4096, 3));
  REQUIRE(journal.restore(mark));
  for (u64 at = 0; at < size; at += 2 * step)
    if (byte_at(window, at) != 0) FAIL(at);
}

TEST_CASE("without a journal any more, and without a mark, writes go through at once") {
  Window window = reserve();
  REQUIRE(window.map(0, 0x4000, rw));
  {
    Journal journal(window);
    Writer writer(window);
    journal.forget(journal.mark());
    REQUIRE(writer.write(0, 1));
    CHECK(journal.size() < 4096);
    journal.mark();
    CHECK((window.rights_table()[1] & Window::journaled_bit) != 0);
  }
  for (u64 page = 0; page < 4; ++page) CHECK((window.rights_table()[page] & Window::journaled_bit) == 0);
  window.base()[0x3000] = 1;
}

TEST_CASE("whatever is done between marks, memory goes back to what it was at each") {
  struct Page {
    bool mapped = false;
    Access access = none;
    std::array<u8, 3> bytes{};
    bool operator==(const Page&) const = default;
  };
  constexpr std::array<u64, 3> offsets = {0, 1000, page_size - 1};
  constexpr u64 pages = 40, first = 0x7f0;
  const Access all[] = {none, r, rw, rw, rw, rx, rwx};
  std::mt19937_64 random(11);
  const auto below = [&](u64 bound) { return random() % bound; };
  for (int round = 0; round < 20; ++round) {
    Window window = reserve();
    Journal journal(window);
    Writer writer(window);
    std::vector<Page> model(pages);
    std::map<u64, std::vector<Page>> marked;
    std::vector<std::pair<Range, Access>> watches;
    for (int step = 0; step < 600; ++step) {
      const u64 from = below(pages), count = 1 + below(std::min<u64>(pages - from, 9));
      const u64 address = (first + from) * page_size, size = count * page_size;
      const auto range = std::span(model).subspan(from, count);
      const bool there = std::ranges::all_of(range, &Page::mapped);
      const Access access = all[below(7)];
      const u64 what = below(20);
      INFO("round " << round << ", step " << step << ", operation " << what);
      switch (what) {
        case 0:
        case 1:
          REQUIRE(window.map(address, size, access));
          for (Page& page : range) page = {true, access, {}};
          break;
        case 2:
          REQUIRE(window.protect(address, size, access).has_value() == there);
          if (there)
            for (Page& page : range) page.access = access;
          break;
        case 3:
          REQUIRE(window.unmap(address, size));
          for (Page& page : range) page = {};
          break;
        case 4: {
          const u8 value = u8(below(4));
          REQUIRE(window.fill(address, std::vector<u8>(size, value)).has_value() == there);
          if (there)
            for (Page& page : range) page.bytes.fill(value);
          break;
        }
        case 5:
          if (there) REQUIRE(window.watch(address, size));
          break;
        case 6:
        case 7: marked[journal.mark()] = model; break;
        case 8:
          if (!marked.empty()) {
            const u64 mark = std::next(marked.begin(), std::ptrdiff_t(below(marked.size())))->first;
            journal.forget(mark);
            marked.erase(mark);
          }
          break;
        case 9:
          if (!marked.empty()) {
            const auto mark = std::next(marked.begin(), std::ptrdiff_t(below(marked.size())));
            const auto changed = journal.restore(mark->first);
            if (!changed) FAIL(changed.error().message);
            const std::vector<Page>& wanted = mark->second;
            for (u64 i = 0; i < pages; ++i) {
              if (model[i] == wanted[i] || !allows(Access(u8(model[i].access) | u8(wanted[i].access)), Access::execute)) continue;
              const u64 at = (first + i) * page_size;
              INFO("page " << i);
              REQUIRE(std::ranges::any_of(*changed, [&](Range one) { return at - one.address < one.size; }));
              REQUIRE(!window.watched(at));
            }
            model = wanted;
            marked.erase(std::next(mark), marked.end());
          }
          break;
        case 10:
          watches.push_back({{address + below(size), 1 + below(9)}, below(2) ? r : Access::write});
          REQUIRE(writer.space.watch_accesses(watches.back().first, watches.back().second));
          break;
        case 11:
          if (!watches.empty()) writer.space.unwatch_accesses(watches.back().first, watches.back().second), watches.pop_back();
          break;
        default: {
          // A write of one byte, as translated code makes it.
          const u64 where = below(3);
          const u8 value = u8(below(4));
          Page& page = model[from];
          writer.space.ignore_watches(true);
          REQUIRE(writer.write(address + offsets[where], value) == allows(page.access, Access::write));
          if (allows(page.access, Access::write)) page.bytes[where] = value;
        }
      }
      std::vector<u64> numbers;
      for (const auto& [number, was] : marked) numbers.push_back(number);
      REQUIRE(journal.marks() == numbers);
      const bool look_at_all = what == 9 || step % 50 == 49;
      for (u64 i = look_at_all ? 0 : from; i < (look_at_all ? pages : from + count); ++i) {
        const u64 at = (first + i) * page_size;
        INFO("page " << i);
        REQUIRE(window.mapped(at) == model[i].mapped);
        REQUIRE(window.rights(at) == model[i].access);
        for (std::size_t k = 0; model[i].mapped && k < offsets.size(); ++k) REQUIRE(byte_at(window, at + offsets[k]) == model[i].bytes[k]);
      }
    }
  }
}

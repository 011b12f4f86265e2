// What a process may take of memory: bytes, and mappings.
#include "engine/linux/layout.hpp"
#include "engine/linux/memory_map.hpp"
#include "tests/engine/linux/caller.hpp"
#include "tests/engine/linux/process_session.hpp"

#include <sys/mman.h>

using namespace diptych;
using namespace diptych::linux_test;
using namespace diptych::linux_guest;

namespace {

constexpr u64 begin = 0x100000, mib = 1 << 20;
constexpr Access rw = Access::read | Access::write;
constexpr u64 mmap_number = 222, munmap_number = 215, mprotect_number = 226, mremap_number = 216, openat_number = 56;
constexpr u64 anonymous = MAP_PRIVATE | MAP_ANONYMOUS;

Caller caller_in(const Folder&, bool record = true) {
  auto made = Caller::start((guests / "bare").string(), "interp", -1, record);
  REQUIRE(made);
  return std::move(*made);
}

}  // namespace

TEST_CASE("a mapping protected there and back is one mapping again") {
  const Folder folder;
  Caller caller = caller_in(folder);
  const u64 pages = static_cast<u64>(caller.call(mmap_number, {0, 4 * page_size, PROT_READ | PROT_WRITE, anonymous, ~u64{0}, 0}));
  caller.put(pages + page_size, u64{42});
  REQUIRE(caller.call(mprotect_number, {pages + page_size, page_size, PROT_READ}) == 0);
  CHECK(caller.call(mremap_number, {pages, 4 * page_size, 8 * page_size, MREMAP_MAYMOVE}) == -EFAULT);
  REQUIRE(caller.call(mprotect_number, {pages + page_size, page_size, PROT_READ | PROT_WRITE}) == 0);
  const i64 moved = caller.call(mremap_number, {pages, 4 * page_size, 4096 * page_size, MREMAP_MAYMOVE});
  REQUIRE(moved > 0);
  CHECK(caller.get<u64>(u64(moved) + page_size) == 42);
}

TEST_CASE("writable memory is charged, and more than the limit is refused") {
  auto window = Window::reserve(address_limit);
  REQUIRE(window);
  MemoryMap map(*window, [](Range) {});
  int refused = 0;
  map.limit(8 * page_size, [&] { ++refused; });
  // What cannot be written takes nothing, however much it is.
  REQUIRE(map.map(begin, mib, Access::none));
  REQUIRE(map.map(begin + mib, mib, Access::read));
  CHECK(map.state().charged == 0);
  REQUIRE(map.map(begin + 2 * mib, 6 * page_size, rw));
  CHECK(map.state().charged == 6 * page_size);
  CHECK(!map.map(begin + 3 * mib, 3 * page_size, rw));
  CHECK(refused == 1);
  // It stays charged when it is protected, as it keeps its bytes.
  REQUIRE(map.protect(begin + 2 * mib, 6 * page_size, Access::none));
  CHECK(!map.protect(begin, 3 * page_size, rw));
  CHECK(refused == 2);
  REQUIRE(map.protect(begin, 2 * page_size, rw));
  CHECK(map.state().charged == 8 * page_size);
  // Mapped anew it is charged once.
  REQUIRE(map.map(begin + 2 * mib, 6 * page_size, rw));
  REQUIRE(map.move(begin + 2 * mib, begin + 4 * mib, 6 * page_size));
  CHECK(map.state().charged == 8 * page_size);
  REQUIRE(map.unmap(begin, 8 * mib));
  CHECK(map.state().charged == 0);
  CHECK(map.most_charged() == 8 * page_size);
}

TEST_CASE("what is charged is the sum over all mappings, whatever is done to them") {
  auto window = Window::reserve(address_limit);
  REQUIRE(window);
  MemoryMap map(*window, [](Range) {});
  constexpr u64 pages = 32, limit = 20 * page_size;
  map.limit(limit, [] {});
  u64 state = 1;
  auto random = [&](u64 below) { return ((state = state * 6364136223846793005 + 1442695040888963407) >> 33) % below; };
  for (int i = 0; i < 3000; ++i) {
    const u64 first = random(pages), count = 1 + random(6), address = begin + first * page_size, size = count * page_size;
    const Access access = std::array{Access::none, Access::read, rw, rw}[random(4)];
    switch (random(4)) {
      case 0: (void)map.map(address, size, access, Backing::zeros, 0, 0, access == Access::read ? page_size : 0); break;
      case 1: (void)map.unmap(address, size); break;
      default: (void)map.protect(address, size, access);
    }
    u64 charged = 0;
    for (const auto& [at, mapping] : map.state().mappings) {
      REQUIRE(mapping.charge <= mapping.size(at));
      charged += mapping.charge;
    }
    REQUIRE(charged == map.state().charged);
    REQUIRE(charged <= limit);
  }
}

TEST_CASE("too many mappings are ENOMEM, and leave the host its own") {
  const Folder folder;
  Caller caller = caller_in(folder, false);
  constexpr u64 size = u64{1} << 30;
  const u64 pages = static_cast<u64>(caller.call(mmap_number, {0, size, PROT_READ | PROT_WRITE, anonymous, ~u64{0}, 0}));
  i64 result = 0;
  u64 at = pages;
  for (; result == 0 && at < pages + size; at += 2 * page_size) result = caller.call(mprotect_number, {at, page_size, PROT_READ});
  CHECK(result == -ENOMEM);
  CHECK(caller.call(munmap_number, {at + page_size, page_size}) == -ENOMEM);
  CHECK(caller.call(mmap_number, {0, page_size, PROT_READ | PROT_WRITE, anonymous, ~u64{0}, 0}) == -ENOMEM);
  // The host can still map what it needs.
  for (int i = 0; i < 100; ++i) {
    void* own = ::mmap(nullptr, page_size, i % 2 ? PROT_READ : PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(own != MAP_FAILED);
    ::munmap(own, page_size);
  }
  CHECK(caller.call(munmap_number, {pages, size}) == 0);
  CHECK(caller.call(mmap_number, {0, page_size, PROT_READ | PROT_WRITE, anonymous, ~u64{0}, 0}) > 0);
}

TEST_CASE("a large sparse file is mapped without being read") {
  const Folder folder;
  constexpr u64 size = u64{100} << 30, far = (u64{99} << 30) + 5;
  const HostFile file(::open("sparse", O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  REQUIRE(::ftruncate(file.number(), static_cast<off_t>(size)) == 0);
  REQUIRE(::pwrite(file.number(), "data", 4, static_cast<off_t>(far)) == 4);
  Caller caller = caller_in(folder);
  caller.put_text(Caller::code + 0x800, "sparse");
  const i64 opened = caller.call(openat_number, {static_cast<u64>(AT_FDCWD), Caller::code + 0x800, O_RDONLY, 0});
  REQUIRE(opened >= 0);
  const u64 charged = caller.process().map.state().charged;
  const i64 mapped = caller.call(mmap_number, {0, size, PROT_READ, MAP_PRIVATE, static_cast<u64>(opened), 0});
  REQUIRE(mapped > 0);
  CHECK(caller.get<std::array<char, 4>>(u64(mapped) + far) == std::array{'d', 'a', 't', 'a'});
  CHECK(caller.get<u64>(u64(mapped) + far / 2) == 0);
  CHECK(caller.process().map.state().charged - charged <= 64 * page_size);
  // The guest's own position in the file is where it was.
  CHECK(caller.call(62, {static_cast<u64>(opened), 0, SEEK_CUR}) == 0);
}

#include "engine/jit/code_memory.hpp"

#include "tests/catch.hpp"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

using namespace diptych;

namespace {

// The rights of the host mapping a byte lies in, as "r-xs".
std::string host_rights(const u8* byte) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    u64 begin = 0, end = 0;
    char rights[5] = {};
    if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, rights) != 3) continue;
    if (reinterpret_cast<u64>(byte) - begin < end - begin) return rights;
  }
  return "";
}

}  // namespace

TEST_CASE("what is written to code memory can be executed from its other view") {
  auto memory = CodeMemory::create(3 * 4096 - 5);
  REQUIRE(memory);
  CHECK(memory->size() == 3 * 4096);
  // mov eax, 42; ret
  const u8 code[] = {0xb8, 42, 0, 0, 0, 0xc3};
  std::memcpy(memory->writable() + memory->size() - sizeof code, code, sizeof code);
  int (*function)() = nullptr;
  const u8* entry = memory->executable() + memory->size() - sizeof code;
  std::memcpy(&function, &entry, sizeof entry);
  CHECK(function() == 42);
  memory->writable()[memory->size() - 5] = 43;
  CHECK(function() == 43);
}

TEST_CASE("code memory is never writable and executable at once") {
  auto memory = CodeMemory::create(4096);
  REQUIRE(memory);
  CHECK(host_rights(memory->writable()) == "rw-s");
  CHECK(host_rights(memory->executable()) == "r-xs");
}

TEST_CASE("code memory is moved with its views, and given back once") {
  auto first = CodeMemory::create(4096);
  auto second = CodeMemory::create(8192);
  REQUIRE(first);
  REQUIRE(second);
  const u8* view = first->executable();
  CodeMemory moved = std::move(*first);
  CHECK(moved.executable() == view);
  *second = std::move(moved);
  CHECK(second->executable() == view);
  CHECK(second->size() == 4096);
  { CodeMemory last = std::move(*second); }
  CHECK(host_rights(view) != "r-xs");
}

TEST_CASE("code memory of no size, or too large for its own jumps, is refused") {
  CHECK(CodeMemory::create(0).error().kind == ErrorKind::bad_input);
  CHECK(CodeMemory::create(CodeMemory::most + 1).error().kind == ErrorKind::bad_input);
}

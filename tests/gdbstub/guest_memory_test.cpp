#include "gdbstub/guest_memory.hpp"

#include "tests/catch.hpp"
#include "tests/gdbstub/sample_case.hpp"

using namespace diptych;
using namespace diptych::gdb;

namespace {

Case three_regions() {
  Case some = sample_case();
  some.program.memory = {{0x20000, 0x1000, Access::read}, {0x21000, 0x1000, Access::write}, {0x23000, 0x1000}};
  some.program.contents = {{0x20ffc, {1, 2, 3, 4}}};
  some.input.memory = {{0x21000, {5, 6}}};
  return some;
}

}  // namespace

TEST_CASE("reading goes on over neighbouring regions and ends where memory does") {
  GuestMemory memory;
  memory.prepare(three_regions());
  std::vector<u8> bytes(8);
  REQUIRE(memory.read(0x20ffc, bytes) == 8);
  REQUIRE(bytes == std::vector<u8>{1, 2, 3, 4, 5, 6, 0, 0});
  bytes.resize(0x4000);
  REQUIRE(memory.read(0x20000, bytes) == 0x2000);
  REQUIRE(memory.read(0x22000, bytes) == 0);
  REQUIRE(memory.read(~u64{0}, bytes) == 0);
}

TEST_CASE("the code's own bytes are memory, what follows them is not") {
  GuestMemory memory;
  memory.prepare(three_regions());
  std::vector<u8> bytes(64);
  REQUIRE(memory.read(sample_code, bytes) == sample_end - sample_code);
  REQUIRE(bytes[0] == 0x01);
  REQUIRE_FALSE(memory.write(sample_end, std::vector<u8>{0}));
  REQUIRE(memory.write(sample_end - 1, std::vector<u8>{0}));
}

TEST_CASE("writing is all or nothing, whatever the guest's rights") {
  GuestMemory memory;
  memory.prepare(three_regions());
  REQUIRE(memory.write(0x20ffe, std::vector<u8>{7, 8, 9, 10}));
  std::vector<u8> bytes(4);
  memory.read(0x20ffe, bytes);
  REQUIRE(bytes == std::vector<u8>{7, 8, 9, 10});
  REQUIRE_FALSE(memory.write(0x21ffe, std::vector<u8>{1, 1, 1}));
  bytes.resize(2);
  memory.read(0x21ffe, bytes);
  REQUIRE(bytes == std::vector<u8>{0, 0});
}

TEST_CASE("preparing again brings back the beginning, in the same place") {
  GuestMemory memory;
  memory.prepare(three_regions());
  const u8* host = memory.areas()[1].host;
  memory.write(0x20ffc, std::vector<u8>{9});
  memory.prepare(three_regions());
  std::vector<u8> bytes(1);
  memory.read(0x20ffc, bytes);
  REQUIRE(bytes[0] == 1);
  REQUIRE(memory.areas()[1].host == host);
}

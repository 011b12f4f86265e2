#include "oracle/agent/riscv64/memory_access.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "tests/catch.hpp"

using namespace diptych;
using namespace diptych::riscv64;

namespace {

// Register n holds n * 0x1000, so an address shows which one it was worked out from.
std::optional<MemoryAccess> of(u32 instruction) {
  GuestState state;
  for (std::size_t i = 1; i < 32; ++i) state.words[x_word + i] = 0x1000 * i;
  return memory_access(instruction, state);
}

void check(u32 instruction, Access access, u64 address, unsigned size) {
  INFO(std::hex << instruction);
  const std::optional<MemoryAccess> got = of(instruction);
  REQUIRE(got.has_value());
  CHECK(got->access == access);
  CHECK(got->address == address);
  CHECK(got->size == size);
}

}  // namespace

TEST_CASE("loads and stores reach base plus signed offset") {
  check(0xfff50583, Access::read, 0x9fff, 1);   // lb a1, -1(a0)
  check(0x7ff55583, Access::read, 0xa7ff, 2);   // lhu a1, 2047(a0)
  check(0x80052583, Access::read, 0x9800, 4);   // lw a1, -2048(a0)
  check(0x00003583, Access::read, 0, 8);        // ld a1, 0(zero)
  check(0xfeb50fa3, Access::write, 0x9fff, 1);  // sb a1, -1(a0)
  check(0x7eb53fa3, Access::write, 0xa7ff, 8);  // sd a1, 2047(a0)
  check(0x00852587, Access::read, 0xa008, 4);   // flw fa1, 8(a0)
  check(0x00b53427, Access::write, 0xa008, 8);  // fsd fa1, 8(a0)
}

TEST_CASE("of the atomics only LR reads without writing") {
  check(0x100525af, Access::read, 0xa000, 4);   // lr.w a1, (a0)
  check(0x18c535af, Access::write, 0xa000, 8);  // sc.d a1, a2, (a0)
  check(0x00c525af, Access::write, 0xa000, 4);  // amoadd.w a1, a2, (a0)
  check(0xe0c535af, Access::write, 0xa000, 8);  // amomaxu.d a1, a2, (a0)
}

TEST_CASE("compressed accesses use their own registers and scales") {
  check(0x4150, Access::read, 0xa004, 4);   // c.lw a2, 4(a0)
  check(0x7d70, Access::read, 0xa0f8, 8);   // c.ld a2, 248(a0)
  check(0xa110, Access::write, 0xa000, 8);  // c.fsd fa2, 0(a0)
  check(0x4642, Access::read, 0x2010, 4);   // c.lwsp a2, 16(sp)
  check(0xe432, Access::write, 0x2008, 8);  // c.sdsp a2, 8(sp)
}

TEST_CASE("other instructions reach no memory") {
  CHECK_FALSE(of(0x00c58533).has_value());  // add
  CHECK_FALSE(of(0x00000073).has_value());  // ecall
  CHECK_FALSE(of(0x0000100f).has_value());  // fence.i
  CHECK_FALSE(of(0x0001).has_value());      // c.nop
  CHECK_FALSE(of(0x952e).has_value());      // c.add a0, a1
  CHECK_FALSE(of(0x0000).has_value());
}

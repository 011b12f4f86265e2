// Which results of a run count as open.
#include "engine/guest/riscv64/undefined.hpp"

#include "tests/catch.hpp"
#include "tests/engine/guest/riscv64/vectors.hpp"

using namespace diptych;
using namespace diptych::riscv64;

namespace {

Shadow shadow_of(std::string_view text, std::string_view before = "", Access access = Access::read | Access::execute) {
  Program program;
  program.code_address = code_at;
  program.code = code_of(text);
  program.code_access = access;
  program.memory = {std::begin(vector_memory), std::end(vector_memory)};
  Input input;
  input.state.words[pc_word] = code_at;
  set(input, before);
  UndefinedTracker tracker;
  return tracker.track(program, input, Budget{20});
}

constexpr std::size_t a0 = 10, a1 = 11, a2 = 12;

}  // namespace

TEST_CASE("what does not read a counter is defined") {
  const Shadow shadow = shadow_of("addi a0, a0, 1; fadd.s fa0, fa1, fa2; csrrs a1, fcsr, zero; sd a0, 0(a2)", "a2=0x20000");
  CHECK(shadow.words.none());
  CHECK(shadow.memory.empty());
  CHECK(!shadow.everything);
}

TEST_CASE("a counter's value is open, and what is computed from it, until it is written over") {
  const Shadow shadow = shadow_of("csrrs a0, cycle, zero; add a1, a0, a2; addi a0, zero, 1");
  CHECK(!shadow.words[a0]);
  CHECK(shadow.words[a1]);
  CHECK(!shadow.words[a2]);
  CHECK(!shadow.everything);
}

TEST_CASE("open bytes lie in memory until they are stored over, and come back with loads") {
  Shadow shadow = shadow_of("csrrs a0, time, zero; sw a0, 0(a2); ld a1, 0(a2)", "a2=0x20000");
  CHECK(shadow.words[a1]);
  CHECK(shadow.memory == std::set<u64>{0x20000, 0x20001, 0x20002, 0x20003});
  shadow = shadow_of("csrrs a0, time, zero; sw a0, 0(a2); sb zero, 1(a2); lbu a1, 1(a2)", "a2=0x20000");
  CHECK(!shadow.words[a1]);
  CHECK(shadow.memory == std::set<u64>{0x20000, 0x20002, 0x20003});
}

TEST_CASE("an open value that is an address or decides a branch opens everything") {
  CHECK(shadow_of("csrrs a0, cycle, zero; beq a0, zero, 8; c.nop; c.nop").everything);
  CHECK(shadow_of("csrrs a0, cycle, zero; lb a1, 0(a0)").everything);
  CHECK(shadow_of("csrrs a0, cycle, zero; jalr ra, 0(a0)").everything);
  CHECK(!shadow_of("csrrs a0, cycle, zero; beq a1, zero, 8; c.nop; c.nop").everything);
}

TEST_CASE("code changed and run without FENCE.I opens everything, with it nothing") {
  constexpr Access all = Access::read | Access::write | Access::execute;
  CHECK(shadow_of("sw a0, 4(a1); addi a2, a2, 1", "a0=0x00860613 a1=0x10000", all).everything);
  const Shadow fenced = shadow_of("sw a0, 8(a1); fence.i; addi a2, a2, 1", "a0=0x00860613 a1=0x10000", all);
  CHECK(!fenced.everything);
  CHECK(fenced.unsynchronized.empty());
}

TEST_CASE("an instruction that stops leaves what was open open, and what was defined defined") {
  CHECK(shadow_of("csrrs a0, cycle, zero; lw a0, 0(zero)").words[a0]);
  CHECK(shadow_of("csrrs a0, cycle, zero; lr.d a0, (a1)", "a1=4").words[a0]);
  CHECK(!shadow_of("addi a0, zero, 1; csrrw a0, cycle, zero").words[a0]);
  // A store that is refused at its second page changes neither.
  Shadow shadow = shadow_of("csrrs a0, time, zero; sd a0, 0(a2); sd a1, 4(a2)", "a2=0x20ff8");
  CHECK(shadow.memory.size() == 8);
  shadow = shadow_of("csrrs a0, time, zero; sd a0, 4(a2)", "a2=0x20ff8");
  CHECK(shadow.memory.empty());
}

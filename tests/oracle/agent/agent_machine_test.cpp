#include "oracle/agent/agent_machine.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "oracle/agent/agent_image.hpp"
#include "oracle/agent/protocol.h"
#include "tests/catch.hpp"

#include <unistd.h>
#include <algorithm>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

using namespace diptych;
using namespace diptych::riscv64;

namespace {

constexpr u64 code_at = 0x10000;
constexpr u64 data_at = 0x20000;
constexpr Access readable = Access::read;
constexpr Access writable = Access::read | Access::write;
constexpr Access code_writable = Access::read | Access::write | Access::execute;

std::vector<u8> words(std::initializer_list<u32> list) {
  std::vector<u8> bytes;
  for (u32 word : list)
    for (int i = 0; i < 4; ++i) bytes.push_back(u8(word >> (8 * i)));
  return bytes;
}

std::vector<u8> halves(std::initializer_list<u16> list) {
  std::vector<u8> bytes;
  for (u16 half : list) {
    bytes.push_back(u8(half));
    bytes.push_back(u8(half >> 8));
  }
  return bytes;
}

Program program_of(std::vector<u8> code, u64 at = code_at) {
  Program program;
  program.code_address = at;
  program.code = std::move(code);
  program.memory = {{.address = data_at, .size = 0x1000, .access = writable}};
  return program;
}

Input input_at(u64 pc) {
  Input input;
  input.state.words[pc_word] = pc;
  return input;
}

Input input_for(const Program& program) { return input_at(program.code_address); }

// One machine serves all tests, as it would a fuzzer.
Machine& machine() {
  static Result<std::unique_ptr<Machine>> made = make_qemu_machine(Guest::riscv64);
  if (!made) FAIL(made.error().message);
  return **made;
}

void prepare(const Program& program) {
  REQUIRE(check(program).has_value());
  Result<void> prepared = machine().prepare(program);
  if (!prepared) FAIL(prepared.error().message);
}

Outcome run(const Input& input, Precision precision = Precision::fast) {
  Result<const Outcome*> outcome = machine().run(input, Budget{1000}, precision);
  if (!outcome) FAIL(outcome.error().message);
  return **outcome;
}

Outcome run(const Program& program, const Input& input, Precision precision = Precision::fast) {
  prepare(program);
  return run(input, precision);
}

u64 x(const Outcome& outcome, std::size_t index) { return outcome.state.words[x_word + index]; }
u64 pc(const Outcome& outcome) { return outcome.state.words[pc_word]; }

void check_stop(const Outcome& outcome, Stop expected, u64 expected_pc) {
  CHECK(describe(outcome.stop) == describe(expected));
  CHECK(pc(outcome) == expected_pc);
}

// The process under test, as /proc sees it: a child of ours whose command line names the emulator.
std::vector<pid_t> emulators() {
  std::vector<pid_t> found;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != name.npos) continue;
    std::ifstream status(entry.path() / "stat"), command(entry.path() / "cmdline");
    std::string text, words;
    std::getline(status, text);
    std::getline(command, words, '\0');
    const std::size_t close = text.rfind(')');
    if (close == text.npos || words != "qemu-riscv64") continue;
    if (std::stol(text.substr(close + 4)) == getpid()) found.push_back(pid_t(std::stol(name)));
  }
  return found;
}

constexpr u32 addi(u32 rd, u32 rs1, i32 immediate) { return u32(immediate) << 20 | rs1 << 15 | rd << 7 | 0x13; }
constexpr u32 load(u32 width, u32 rd, u32 rs1, i32 offset) {
  return u32(offset) << 20 | rs1 << 15 | width << 12 | rd << 7 | 0x03;
}
constexpr u32 store(u32 width, u32 rs2, u32 rs1, i32 offset) {
  return (u32(offset) >> 5 & 127) << 25 | rs2 << 20 | rs1 << 15 | width << 12 | (u32(offset) & 31) << 7 | 0x23;
}
constexpr u32 ecall = 0x00000073;
constexpr u32 ebreak = 0x00100073;
constexpr u32 fence_i = 0x0000100f;
constexpr u32 jump_to_itself = 0x0000006f;
constexpr u32 nop = 0x00000013;

}  // namespace

TEST_CASE("the qemu machine describes itself") {
  const Description& description = machine().describe();
  CHECK(description.name == "qemu");
  CHECK(description.version.find('.') != std::string::npos);
  CHECK(description.runs(Guest::riscv64));
  CHECK_FALSE(description.runs(Guest::aarch64));
  for (std::size_t i = 0; i < extension_names.size(); ++i)
    CHECK((description.extensions(Guest::riscv64) >> i & 1) == 1);
  CHECK_FALSE(description.counts_retired);
  CHECK_FALSE(description.exact_budget);
  CHECK_FALSE(description.hides_code_end);
  CHECK(machine().seconds_elsewhere() > 0);
}

TEST_CASE("there is no agent for a guest that has none") {
  auto made = make_qemu_machine(Guest::x86_64);
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().kind == ErrorKind::unsupported);
}

TEST_CASE("reaching the end of the code is a stop") {
  const Program program = program_of(words({addi(10, 10, 5)}));
  Input input = input_for(program);
  input.state.words[x_word + 10] = 7;
  const Outcome outcome = run(program, input);
  check_stop(outcome, {.kind = StopKind::end}, code_at + 4);
  CHECK(x(outcome, 10) == 12);
  CHECK_FALSE(outcome.retired.has_value());
  // So is beginning there.
  check_stop(run(input_at(code_at + 4)), {.kind = StopKind::end}, code_at + 4);
}

TEST_CASE("every register and fcsr goes in and comes out") {
  const Program program = program_of(words({nop}));
  Input input = input_for(program);
  for (std::size_t i = 1; i < 32; ++i) input.state.words[x_word + i] = 0x0123456789abcdef * (2 * i + 1);
  for (std::size_t i = 0; i < 32; ++i) input.state.words[f_word + i] = 0xfedcba9876543210 * (2 * i + 3);
  input.state.words[fcsr_word] = 0x5a;
  const Outcome outcome = run(program, input);
  GuestState expected = input.state;
  expected.words[pc_word] = code_at + 4;
  CHECK(outcome.state == expected);
  // And does not leak into the next run.
  GuestState zero = input_for(program).state;
  zero.words[pc_word] = code_at + 4;
  CHECK(run(input_for(program)).state == zero);
}

TEST_CASE("the stops name the instruction and its kind") {
  const auto second = [](u32 word) {
    const Program program = program_of(words({addi(5, 0, 1), word, addi(5, 0, 2)}));
    Input input = input_for(program);
    input.state.words[x_word + 17] = 93;  // exit, should a system call be made
    const Outcome outcome = run(program, input);
    CHECK(x(outcome, 5) == 1);
    CHECK(x(outcome, 17) == 93);
    return outcome;
  };
  check_stop(second(ebreak), {.kind = StopKind::breakpoint}, code_at + 4);
  check_stop(second(ecall), {.kind = StopKind::system_call}, code_at + 4);
  check_stop(second(0xffffffff), {.kind = StopKind::illegal}, code_at + 4);
  check_stop(second(0x00000000), {.kind = StopKind::illegal}, code_at + 4);
  check_stop(second(0x30001073), {.kind = StopKind::illegal}, code_at + 4);  // csrw mstatus, zero
  check_stop(second(0x9002), {.kind = StopKind::breakpoint}, code_at + 4);
}

TEST_CASE("faults name the first byte that could not be reached") {
  struct Row {
    u32 instruction;
    u64 base;
    Stop stop;
  };
  const auto fault = [](Access access, u64 address) {
    return Stop{.kind = StopKind::fault, .access = access, .address = address};
  };
  const Row rows[] = {
      {load(3, 6, 10, 0), 0x30000, fault(Access::read, 0x30000)},
      {store(3, 6, 10, 0), 0x30000, fault(Access::write, 0x30000)},
      {load(3, 6, 10, 0), 0, fault(Access::read, 0)},
      {store(2, 6, 10, -8), 4, fault(Access::write, ~u64{3})},
      {load(0, 6, 10, -1), 0, fault(Access::read, ~u64{0})},
      {load(3, 6, 10, 0), 0x8000000000000000, fault(Access::read, 0x8000000000000000)},
      {store(3, 6, 10, 16), 0x123456789abcdef0, fault(Access::write, 0x123456789abcdf00)},
      {load(3, 6, 10, 0), data_at + 0xffd, fault(Access::read, data_at + 0x1000)},
      {store(3, 6, 10, 0), data_at + 0xffd, fault(Access::write, data_at + 0x1000)},
      {load(3, 6, 10, 0), data_at - 4, fault(Access::read, data_at - 4)},
      {store(2, 6, 10, 0), code_at, fault(Access::write, code_at)},
      {store(0, 6, 10, 0), 0x4000000000, fault(Access::write, 0x4000000000)},
      {0x00053487, 0x30000, fault(Access::read, 0x30000)},   // fld fs1, 0(a0)
      {0x00652027, 0x30004, fault(Access::write, 0x30004)},  // fsw ft6, 0(a0)
      {0x1005232f, 0x30000, fault(Access::read, 0x30000)},   // lr.w t1, (a0)
      {0x0065232f, 0x30000, fault(Access::write, 0x30000)},  // amoadd.w t1, t1, (a0)
  };
  for (const Row& row : rows) {
    const Program program = program_of(words({row.instruction}));
    Input input = input_for(program);
    input.state.words[x_word + 10] = row.base;
    input.memory.push_back({.address = data_at + 0xff8, .bytes = {1, 2, 3, 4, 5, 6, 7, 8}});
    INFO(std::hex << row.instruction << " at " << row.base);
    const Outcome outcome = run(program, input);
    check_stop(outcome, row.stop, code_at);
    CHECK(x(outcome, 6) == 0);
    // No part of a store that faults takes place.
    CHECK(outcome.memory[0].bytes[0xffd] == 6);
  }
}

TEST_CASE("faults of compressed accesses are worked out from the instruction") {
  struct Row {
    u16 instruction;
    u64 offset;
    Access access;
  };
  // Of s0 or sp, at every offset that the format scrambles differently.
  const Row rows[] = {
      {0x4070, 0x44, Access::read},    // c.lw a2, 0x44(s0)
      {0x7c70, 0xf8, Access::read},    // c.ld a2, 0xf8(s0)
      {0x3c70, 0xf8, Access::read},    // c.fld fa2, 0xf8(s0)
      {0xdc70, 0x7c, Access::write},   // c.sw a2, 0x7c(s0)
      {0xfc70, 0xf8, Access::write},   // c.sd a2, 0xf8(s0)
      {0xbc70, 0xf8, Access::write},   // c.fsd fa2, 0xf8(s0)
      {0x567e, 0xfc, Access::read},    // c.lwsp a2, 0xfc(sp)
      {0x767e, 0x1f8, Access::read},   // c.ldsp a2, 0x1f8(sp)
      {0x367e, 0x1f8, Access::read},   // c.fldsp fa2, 0x1f8(sp)
      {0xdfb2, 0xfc, Access::write},   // c.swsp a2, 0xfc(sp)
      {0xffb2, 0x1f8, Access::write},  // c.sdsp a2, 0x1f8(sp)
      {0xbfb2, 0x1f8, Access::write},  // c.fsdsp fa2, 0x1f8(sp)
  };
  for (const Row& row : rows) {
    const Program program = program_of(halves({row.instruction}));
    Input input = input_for(program);
    input.state.words[x_word + 2] = input.state.words[x_word + 8] = 0x8000000000000000;
    INFO(std::hex << row.instruction);
    check_stop(run(program, input),
               {.kind = StopKind::fault, .access = row.access, .address = 0x8000000000000000 + row.offset}, code_at);
  }
}

TEST_CASE("leaving the code is a fault of execution") {
  const auto fault = [](u64 address) {
    return Stop{.kind = StopKind::fault, .access = Access::execute, .address = address};
  };
  const Program program = program_of(words({nop, 0x00050067}), code_at + 0x100);  // jr a0
  for (u64 target : {u64{0x30000}, u64{0}, data_at, code_at + 0x10a, code_at + 0x10c, code_at + 0xfe, code_at,
                     code_at + 0xffe, u64{0x7ffffffffffe}, u64{0xfffffffffffffffe}, u64{0x8000000000000000}}) {
    Input input = input_for(program);
    input.state.words[x_word + 10] = target;
    INFO(std::hex << target);
    check_stop(run(program, input), fault(target), target);
  }
  check_stop(run(program, input_at(data_at)), fault(data_at), data_at);
  // An instruction that the end of the code cuts off.
  check_stop(run(program_of(halves({0x0001, 0x0513})), input_at(code_at)), fault(code_at + 4), code_at + 2);
  check_stop(run(program_of(halves({0x0001, 0x0513}), code_at + 0xffc), input_at(code_at + 0xffc)),
             fault(code_at + 0x1000), code_at + 0xffe);
}

TEST_CASE("LR, SC and AMO insist on alignment, others do not") {
  const auto misaligned = [](Access access, u64 address) {
    return Stop{.kind = StopKind::misaligned, .access = access, .address = address};
  };
  const auto at = [](u32 instruction, u64 address) {
    const Program program = program_of(words({instruction}));
    Input input = input_for(program);
    input.state.words[x_word + 10] = address;
    return run(program, input);
  };
  check_stop(at(0x1005232f, data_at + 2), misaligned(Access::read, data_at + 2), code_at);   // lr.w
  check_stop(at(0x1005332f, data_at + 4), misaligned(Access::read, data_at + 4), code_at);   // lr.d
  check_stop(at(0x0065232f, data_at + 1), misaligned(Access::write, data_at + 1), code_at);  // amoadd.w
  check_stop(at(0x0065332f, data_at + 4), misaligned(Access::write, data_at + 4), code_at);  // amoadd.d
  check_stop(at(load(3, 6, 10, 0), data_at + 1), {.kind = StopKind::end}, code_at + 4);
}

TEST_CASE("a batch keeps its inputs apart") {
  // x10 counts up from each input's own, its low byte goes to memory behind what the input laid there.
  const Program program = [] {
    Program some = program_of(words({addi(10, 10, 1), store(0, 10, 11, 3), load(3, 12, 11, 0)}));
    some.contents = {{.address = data_at + 0x10, .bytes = {9, 9, 9, 9}}};
    some.memory.push_back({.address = 0x40000, .size = 0x2000, .access = readable});
    some.memory.push_back({.address = 0x50000, .size = 0x2000, .access = writable});
    some.contents.push_back({.address = 0x40008, .bytes = {7}});
    return some;
  }();
  prepare(program);
  std::vector<Input> inputs;
  for (u64 i = 0; i < 150; ++i) {
    Input input = input_for(program);
    input.state.words[x_word + 10] = i;
    input.state.words[x_word + 11] = i % 3 == 0 ? 0x40008 : data_at + 0x10;
    if (i % 2 == 0) input.memory.push_back({.address = data_at + 0x11, .bytes = {u8(i), 5}});
    if (i % 5 == 0) input.memory.push_back({.address = 0x51ff7, .bytes = std::vector<u8>(9, u8(i))});
    inputs.push_back(input);
  }
  REQUIRE(machine().begin(inputs, Budget{10}).has_value());
  for (u64 i = 0; i < inputs.size(); ++i) {
    INFO(i);
    auto got = machine().outcome(i, Precision::fast);
    if (!got) FAIL(got.error().message);
    const Outcome& outcome = **got;
    REQUIRE(outcome.memory.size() == 2);
    CHECK(outcome.memory[0].address == data_at);
    CHECK(outcome.memory[0].bytes.size() == 0x1000);
    CHECK(outcome.memory[1].address == 0x50000);
    CHECK(outcome.memory[1].bytes.size() == 0x2000);
    CHECK(outcome.memory[1].bytes[0x1fff] == (i % 5 == 0 ? u8(i) : 0));
    CHECK(x(outcome, 10) == i + 1);
    u8 line[8] = {9, 9, 9, 9, 0, 0, 0, 0};
    if (i % 2 == 0) line[1] = u8(i), line[2] = 5;
    if (i % 3 != 0) {
      line[3] = u8(i + 1);
      u64 all = 0;
      std::memcpy(&all, line, 8);
      CHECK(x(outcome, 12) == all);
      CHECK(outcome.stop.kind == StopKind::end);
    } else {
      CHECK(describe(outcome.stop) == "fault write 0x4000b");
      CHECK(pc(outcome) == code_at + 4);
    }
    CHECK(std::memcmp(outcome.memory[0].bytes.data() + 0x10, line, 8) == 0);
  }
  // Asking again, and out of order, answers the same.
  for (u64 i : {u64{149}, u64{3}, u64{70}}) {
    auto got = machine().outcome(i, Precision::precise);
    REQUIRE(got.has_value());
    CHECK(x(**got, 10) == i + 1);
  }
}

TEST_CASE("bit manipulation works, and what is not ours is illegal") {
  const auto of = [](u32 instruction) {
    const Program program = program_of(words({instruction}));
    Input input = input_for(program);
    input.state.words[x_word + 11] = 0xf0;
    input.state.words[x_word + 12] = 0x1000;
    return run(program, input);
  };
  CHECK(x(of(0x20c5a533), 10) == 0x11e0);                // sh1add a0, a1, a2
  CHECK(x(of(0x60259513), 10) == 4);                     // cpop a0, a1
  CHECK(x(of(0x28c59533), 10) == 0xf1);                  // bset a0, a1, a2
  CHECK(of(0x0ac59533).stop.kind == StopKind::illegal);  // clmul a0, a1, a2 (Zbc)
  CHECK(of(0x02c50057).stop.kind == StopKind::illegal);  // vadd.vv
  CHECK(of(0x04c5f553).stop.kind == StopKind::illegal);  // fadd.h fa0, fa1, fa2
  CHECK(of(0xc0302573).stop.kind == StopKind::illegal);  // csrr a0, hpmcounter3
}

TEST_CASE("replaced code never runs stale") {
  std::mt19937_64 random(1);
  for (int round = 0; round < 300; ++round) {
    const i32 first = i32(random() % 2000), second = i32(random() % 2000);
    Program program = program_of(words({addi(10, 0, first), addi(11, 10, second)}));
    if (round % 3 == 0) program.code_access = code_writable;
    if (round % 7 == 0) program.memory.clear();
    const Outcome outcome = run(program, input_for(program));
    REQUIRE(x(outcome, 10) == u64(first));
    REQUIRE(x(outcome, 11) == u64(first + second));
  }
}

TEST_CASE("code may write itself, and begins as it was for each input") {
  // Replaces the nop by the word in a1, then executes it.
  Program program = program_of(words({store(2, 11, 10, 0), fence_i, nop, addi(6, 0, 1)}));
  program.code_access = code_writable;
  prepare(program);
  std::vector<Input> inputs(12, input_for(program));
  for (u32 i = 0; i < inputs.size(); ++i) {
    inputs[i].state.words[x_word + 10] = i % 4 == 3 ? data_at : code_at + 8;
    inputs[i].state.words[x_word + 11] = addi(5, 0, i32(i) + 100);
  }
  REQUIRE(machine().begin(inputs, Budget{10}).has_value());
  for (u32 i = 0; i < inputs.size(); ++i) {
    auto got = machine().outcome(i, Precision::fast);
    REQUIRE(got.has_value());
    const Outcome& outcome = **got;
    CHECK(x(outcome, 5) == (i % 4 == 3 ? 0 : i + 100));
    CHECK(x(outcome, 6) == 1);
    REQUIRE(outcome.memory.size() == 2);
    CHECK(outcome.memory[0].address == code_at);
    CHECK(outcome.memory[0].bytes.size() == 16);
    u32 word = 0;
    std::memcpy(&word, outcome.memory[0].bytes.data() + 8, 4);
    CHECK(word == (i % 4 == 3 ? nop : addi(5, 0, i32(i) + 100)));
  }
}

TEST_CASE("an ecall that the code writes is refused, and harms nobody") {
  Program program = program_of(words({store(2, 13, 12, 0), fence_i, nop, addi(6, 0, 1)}));
  program.code_access = code_writable;
  prepare(program);
  Input input = input_for(program);
  input.state.words[x_word + 12] = code_at + 8;
  input.state.words[x_word + 13] = ecall;
  // kill(this process, SIGKILL), then the same to the whole group.
  for (u64 target : {u64(getpid()), u64{0}}) {
    input.state.words[x_word + 17] = 129;
    input.state.words[x_word + 10] = target;
    input.state.words[x_word + 11] = SIGKILL;
    auto outcome = machine().run(input, Budget{10}, Precision::fast);
    REQUIRE_FALSE(outcome.has_value());
    CHECK(outcome.error().kind == ErrorKind::unsupported);
  }
  // One that was there from the start is shown as it was, although it was replaced.
  program.code = words({store(2, 13, 12, 0), nop, nop, ecall});
  input.state.words[x_word + 13] = nop;
  const Outcome there = run(program, input);
  check_stop(there, {.kind = StopKind::system_call}, code_at + 12);
  CHECK(std::equal(program.code.begin(), program.code.end(), there.memory[0].bytes.begin()));
}

TEST_CASE("a precise run reads its own code as it is") {
  const Program program = program_of(words({load(6, 5, 10, 0), addi(6, 0, 1), ecall}));
  Input input = input_for(program);
  input.state.words[x_word + 10] = code_at + 8;
  for (int i = 0; i < 3; ++i) {
    const Outcome outcome = run(program, input, Precision::precise);
    check_stop(outcome, {.kind = StopKind::system_call}, code_at + 8);
    CHECK(x(outcome, 5) == ecall);
    check_stop(run(input), {.kind = StopKind::system_call}, code_at + 8);
  }
}

TEST_CASE("code that may see what was put into it is known") {
  // Which is nothing where there is no system call, and nothing that shows where code cannot be written.
  for (const bool writable : {true, false})
    for (const bool calls : {true, false}) {
      Program program = program_of(words({load(6, 5, 10, 0), addi(6, 0, 1), calls ? ecall : nop}));
      if (writable) program.code_access = Access::read | Access::write | Access::execute;
      prepare(program);
      CHECK(machine().alters_code() == (writable && calls));
    }
}

TEST_CASE("what does not end is ended, and the rest of the batch goes on") {
  // Loops for ever if a0 is zero.
  const Program program = program_of(words({0x00051463, jump_to_itself, addi(5, 0, 1)}));  // bnez a0, +8
  prepare(program);
  std::vector<Input> inputs(6, input_for(program));
  for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i].state.words[x_word + 10] = i == 2 || i == 5 ? 0 : i + 1;
  const std::vector<pid_t> before = emulators();
  REQUIRE(before.size() == 1);
  REQUIRE(machine().begin(inputs, Budget{10}).has_value());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    auto got = machine().outcome(i, Precision::fast);
    if (!got) FAIL(got.error().message);
    INFO(i);
    if (i == 2 || i == 5) {
      check_stop(**got, {.kind = StopKind::runaway}, code_at + 4);
    } else {
      check_stop(**got, {.kind = StopKind::end}, code_at + 12);
      CHECK(x(**got, 5) == 1);
    }
  }
  // No new process was needed for that.
  CHECK(emulators() == before);
}

TEST_CASE("a batch left alone does not hold up the next program") {
  prepare(program_of(words({jump_to_itself})));
  const std::vector<Input> inputs(2, input_at(code_at));
  REQUIRE(machine().begin(inputs, Budget{10}).has_value());
  const Program program = program_of(words({addi(5, 0, 3)}));
  CHECK(x(run(program, input_for(program)), 5) == 3);
}

TEST_CASE("an emulator that is killed costs nothing but time") {
  const double seconds = machine().seconds_elsewhere();
  Program program = program_of(words({0x00051463, jump_to_itself, store(0, 10, 11, 0)}));
  program.contents = {{.address = data_at + 8, .bytes = {1, 2, 3}}};
  prepare(program);
  std::vector<Input> inputs(5, input_for(program));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    inputs[i].state.words[x_word + 10] = i == 2 ? 0 : i + 1;
    inputs[i].state.words[x_word + 11] = data_at;
  }
  REQUIRE(machine().begin(inputs, Budget{10}).has_value());
  REQUIRE(machine().outcome(1, Precision::fast).has_value());
  for (pid_t id : emulators()) kill(id, SIGKILL);
  for (std::size_t i = 1; i < inputs.size(); ++i) {
    auto got = machine().outcome(i, Precision::fast);
    INFO(i);
    if (!got) FAIL(got.error().message);
    if (i == 2) {
      check_stop(**got, {.kind = StopKind::runaway}, code_at + 4);
      continue;
    }
    check_stop(**got, {.kind = StopKind::end}, code_at + 12);
    CHECK((*got)->memory[0].bytes[0] == u8(i + 1));
    CHECK((*got)->memory[0].bytes[9] == 2);
  }
  for (pid_t id : emulators()) kill(id, SIGKILL);
  check_stop(run(inputs[0]), {.kind = StopKind::end}, code_at + 12);
  CHECK(machine().seconds_elsewhere() > seconds);
}

TEST_CASE("an input that ends the emulator is lost, and no other") {
  // Jumps into the agent itself, at one of its system calls.
  const std::span<const u8> image = agent::riscv64_agent_image();
  const std::vector<u8> call = words({ecall});
  const u64 offset = u64(std::ranges::search(image, call).begin() - image.begin());
  const Program program = program_of(words({0x00058067, addi(5, 0, 1)}));  // jr a1
  prepare(program);
  std::vector<Input> inputs(5, input_for(program));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    inputs[i].state.words[x_word + 10] = 3;
    inputs[i].state.words[x_word + 11] = i == 2 ? AGENT_IMAGE_ADDRESS + offset : code_at + 4;
    inputs[i].state.words[x_word + 17] = 94;  // exit_group
  }
  for (int round = 0; round < 2; ++round) {
    REQUIRE(machine().begin(inputs, Budget{10}).has_value());
    for (std::size_t i = round == 0 ? 0 : 4; i < inputs.size(); ++i) {
      auto got = machine().outcome(i, Precision::fast);
      INFO(i);
      if (i == 2) {
        REQUIRE_FALSE(got.has_value());
        CHECK(got.error().kind == ErrorKind::lost);
        CHECK(got.error().message == "qemu-riscv64 exited with status 3 while it ran this input");
        continue;
      }
      if (!got) FAIL(got.error().message);
      check_stop(**got, {.kind = StopKind::end}, code_at + 8);
    }
    // Those before it are still there to be asked for.
    for (std::size_t i : {std::size_t{3}, std::size_t{1}}) CHECK(machine().outcome(i, Precision::fast).has_value());
    CHECK_FALSE(machine().outcome(2, Precision::fast).has_value());
  }
}

TEST_CASE("a reservation does not outlive its run") {
  // lr.w t1, (a0) in one run; sc.w t2, t1, (a0) in the next.
  const Program program = program_of(words({0x1005232f, 0x186523af}));
  Input first = input_for(program);
  first.state.words[x_word + 10] = data_at;
  prepare(program);
  const Outcome both = run(first);
  check_stop(both, {.kind = StopKind::end}, code_at + 8);
  CHECK(x(both, 7) == 0);
  // The jump leaves after the LR with the reservation held.
  const Program split = program_of(words({0x1005232f, 0x00058067, 0x186523af}));  // jr a1
  prepare(split);
  std::vector<Input> inputs(2, first);
  inputs[0].state.words[x_word + 11] = code_at + 12;
  inputs[1].state.words[pc_word] = code_at + 8;
  REQUIRE(machine().begin(inputs, Budget{10}).has_value());
  auto held = machine().outcome(0, Precision::fast);
  REQUIRE(held.has_value());
  check_stop(**held, {.kind = StopKind::end}, code_at + 12);
  auto failed = machine().outcome(1, Precision::fast);
  REQUIRE(failed.has_value());
  CHECK(x(**failed, 7) == 1);
}

TEST_CASE("code and memory may lie anywhere below the agent") {
  for (u64 address : {u64{0}, u64{0x1000}, u64{0x1002}, u64{0xff8}, u64{0xffe}, u64{0x7ffffffe}, u64{0x80000000},
                      u64{0xfffffffa}, u64{0x3ffffffff8}, u64{0x4000000000}, u64{0xfefffffe000}}) {
    Program program;
    program.code_address = address;
    program.code = words({addi(5, 0, 1), addi(6, 0, 2), store(3, 6, 10, 0)});
    const u64 memory = (address & ~u64{0xfff}) + 0x2000;
    const bool adjacent = memory < 0xff000000000;
    if (adjacent)
      program.memory = {{.address = memory, .size = 0x1000, .access = writable}};
    else
      program.code.resize(8);
    INFO(std::hex << address);
    Input input = input_for(program);
    input.state.words[x_word + 10] = memory + 8;
    const Outcome outcome = run(program, input);
    check_stop(outcome, {.kind = StopKind::end}, program.code_end());
    CHECK(x(outcome, 5) == 1);
    CHECK(x(outcome, 6) == 2);
    if (adjacent) CHECK(outcome.memory[0].bytes[8] == 2);
  }
  // Memory that begins right where the code's pages end.
  Program program = program_of(words({addi(5, 0, 1)}), data_at - 4);
  check_stop(run(program, input_for(program)), {.kind = StopKind::end}, data_at);
}

TEST_CASE("what the agent cannot hold is refused, and it stays usable") {
  const auto refused = [](Program program) {
    const Result<void> prepared = machine().prepare(program);
    REQUIRE_FALSE(prepared.has_value());
    CHECK(prepared.error().kind == ErrorKind::unsupported);
  };
  refused(program_of(words({nop}), 0xff000000000));
  refused(program_of(words({nop}), 0x8000000000000000));
  Program program = program_of(words({nop}));
  program.memory[0].access = code_writable;
  refused(program);
  CHECK_FALSE(machine().run(input_at(code_at), Budget{1}, Precision::fast).has_value());
  program = program_of(words({nop}));
  check_stop(run(program, input_for(program)), {.kind = StopKind::end}, code_at + 4);
}

TEST_CASE("large and many areas are mapped and unmapped") {
  Program program = program_of(words({load(3, 5, 10, 0), store(3, 11, 10, 8)}));
  program.memory = {{.address = 0x1000000, .size = 0x1800000, .access = writable}};
  Input input = input_for(program);
  input.state.words[x_word + 10] = 0x1000000 + 0x17ffff0;
  input.state.words[x_word + 11] = 77;
  input.memory.push_back({.address = 0x1000000 + 0x17ffff0, .bytes = {3}});
  const Outcome large = run(program, input);
  CHECK(x(large, 5) == 3);
  CHECK(large.memory[0].bytes[0x17ffff8] == 77);
  program.memory.clear();
  for (u64 i = 0; i < 255; ++i) program.memory.push_back({.address = 0x100000 + i * 0x2000, .size = 0x1000});
  input.memory.clear();
  input.state.words[x_word + 10] = 0x100000 + 254 * 0x2000;
  const Outcome many = run(program, input);
  CHECK(many.memory[254].bytes[8] == 77);
  program.memory = {{.address = data_at, .size = 0x1000}};
  CHECK(describe(run(program, input).stop) == "fault read 0x2fc000");
}

#include "oracle/unicorn/unicorn_machine.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "tests/catch.hpp"

#include <chrono>
#include <cstring>
#include <initializer_list>

using namespace diptych;

namespace {

constexpr u64 code_at = 0x10000;
constexpr u64 data_at = 0x20000;
constexpr Access read_write = Access::read | Access::write;
constexpr Access everything = Access::read | Access::write | Access::execute;

constexpr unsigned a0 = 10, a1 = 11, a2 = 12, a3 = 13;

constexpr u32 ebreak = 0x00100073;
constexpr u32 ecall = 0x00000073;
constexpr u32 fence_i = 0x0000100f;
constexpr u32 undefined = 0xffffffff;

constexpr u32 i_type(u32 opcode, u32 funct3, unsigned rd, unsigned rs1, i32 imm) {
  return u32(imm) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
constexpr u32 addi(unsigned rd, unsigned rs1, i32 imm) { return i_type(0x13, 0, rd, rs1, imm); }
constexpr u32 lw(unsigned rd, i32 imm, unsigned rs1) { return i_type(0x03, 2, rd, rs1, imm); }
constexpr u32 ld(unsigned rd, i32 imm, unsigned rs1) { return i_type(0x03, 3, rd, rs1, imm); }
constexpr u32 jr(unsigned rs1) { return i_type(0x67, 0, 0, rs1, 0); }
constexpr u32 s_type(u32 funct3, unsigned rs2, i32 imm, unsigned rs1) {
  return (u32(imm) >> 5 & 0x7f) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (u32(imm) & 31) << 7 | 0x23;
}
constexpr u32 sw(unsigned rs2, i32 imm, unsigned rs1) { return s_type(2, rs2, imm, rs1); }
constexpr u32 sd(unsigned rs2, i32 imm, unsigned rs1) { return s_type(3, rs2, imm, rs1); }
constexpr u32 bne_back(unsigned rs1, unsigned rs2, i32 offset) {  // offset a small negative number
  const u32 o = u32(offset);
  return (o >> 12 & 1) << 31 | (o >> 5 & 0x3f) << 25 | rs2 << 20 | rs1 << 15 | 1 << 12 | (o >> 1 & 15) << 8 |
         (o >> 11 & 1) << 7 | 0x63;
}
constexpr u32 atomic_w(u32 funct5, unsigned rd, unsigned rs1, unsigned rs2) {
  return funct5 << 27 | rs2 << 20 | rs1 << 15 | 2 << 12 | rd << 7 | 0x2f;
}
constexpr u32 lr_w(unsigned rd, unsigned rs1) { return atomic_w(2, rd, rs1, 0); }
constexpr u32 sc_w(unsigned rd, unsigned rs1, unsigned rs2) { return atomic_w(3, rd, rs1, rs2); }
constexpr u32 amoadd_w(unsigned rd, unsigned rs1, unsigned rs2) { return atomic_w(0, rd, rs1, rs2); }
constexpr u32 amoadd_d(unsigned rd, unsigned rs1, unsigned rs2) { return atomic_w(0, rd, rs1, rs2) | 1 << 12; }
constexpr u32 csrr(unsigned rd, u32 csr) { return csr << 20 | 2 << 12 | rd << 7 | 0x73; }

std::vector<u8> words(std::initializer_list<u32> list) {
  std::vector<u8> bytes;
  for (u32 word : list)
    for (int i = 0; i < 4; ++i) bytes.push_back(u8(word >> 8 * i));
  return bytes;
}

Program program_of(std::initializer_list<u32> list, u64 address = code_at) {
  Program program;
  program.code_address = address;
  program.code = words(list);
  program.memory = {{data_at, 2 * page_size, read_write}};
  return program;
}

Input input_of(const Program& program, std::initializer_list<std::pair<unsigned, u64>> registers = {}) {
  Input input;
  input.state.words[riscv64::pc_word] = program.code_address;
  for (auto [reg, value] : registers) input.state.words[reg] = value;
  return input;
}

Stop fault(Access access, u64 address) { return {StopKind::fault, access, address}; }
Stop plain(StopKind kind) { return {kind, Access::none, 0}; }

struct Fixture {
  std::unique_ptr<Machine> machine = make_unicorn_machine().value();

  void prepare(const Program& program) {
    REQUIRE(check(program).has_value());
    auto prepared = machine->prepare(program);
    if (!prepared) FAIL(prepared.error().message);
  }
  const Outcome& run(const Input& input, Precision precision = Precision::fast, u64 budget = 1000) {
    auto outcome = machine->run(input, Budget{budget}, precision);
    if (!outcome) FAIL(outcome.error().message);
    return **outcome;
  }
};

u64 x(const Outcome& outcome, unsigned reg) { return outcome.state.words[reg]; }
u64 pc(const Outcome& outcome) { return outcome.state.words[riscv64::pc_word]; }
constexpr Precision both[] = {Precision::fast, Precision::precise};

}  // namespace

TEST_CASE("unicorn says what it is and can do") {
  Fixture f;
  const Description& description = f.machine->describe();
  CHECK(description.name == "unicorn");
  CHECK(description.version.starts_with("2."));
  CHECK(description.runs(Guest::riscv64));
  CHECK((description.extensions(Guest::riscv64) & riscv64::bit(riscv64::Extension::D)) != 0);
  CHECK((description.extensions(Guest::riscv64) & riscv64::bit(riscv64::Extension::Zbb)) == 0);
  CHECK(description.exact_budget);
}

TEST_CASE("unicorn refuses what it cannot run, and stays usable") {
  Fixture f;
  Program program = program_of({addi(a0, a0, 1)});
  program.guest = Guest::aarch64;
  auto prepared = f.machine->prepare(program);
  REQUIRE(!prepared);
  CHECK(prepared.error().kind == ErrorKind::unsupported);
  CHECK(!f.machine->begin({}, Budget{1}));
  program.guest = Guest::riscv64;
  f.prepare(program);
  CHECK(!f.machine->outcome(0, Precision::fast));
  CHECK(f.run(input_of(program, {{a0, 4}})).stop == plain(StopKind::end));
}

TEST_CASE("unicorn runs to the end of the code") {
  Fixture f;
  const Program program = program_of({addi(a0, a0, 1), addi(a1, a0, 2)});
  f.prepare(program);
  for (Precision precision : both) {
    const Outcome& outcome = f.run(input_of(program, {{a0, 5}}), precision);
    CHECK(outcome.stop == plain(StopKind::end));
    CHECK(pc(outcome) == program.code_end());
    CHECK(x(outcome, a0) == 6);
    CHECK(x(outcome, a1) == 8);
    CHECK(outcome.retired == (precision == Precision::precise ? std::optional<u64>(2) : std::nullopt));
  }
}

TEST_CASE("unicorn carries every register in and out") {
  Fixture f;
  const Program program = program_of({addi(0, 0, 0)});
  f.prepare(program);
  Input input = input_of(program);
  for (const Register& reg : registers_of(Guest::riscv64))
    if (reg.kind == RegisterClass::general || reg.kind == RegisterClass::floating)
      input.state.words[reg.word] = 0x0123456789abcdef * (reg.word + 1u);
  input.state.words[riscv64::fcsr_word] = 0x75;
  GuestState expected = input.state;
  expected.words[riscv64::pc_word] = program.code_end();
  for (Precision precision : both) CHECK(f.run(input, precision).state == expected);
}

TEST_CASE("unicorn's budgets are exact, and the end wins over them") {
  Fixture f;
  const Program program = program_of({addi(a0, a0, 1), addi(a0, a0, 1), addi(a0, a0, 1)});
  f.prepare(program);
  for (u64 budget = 0; budget < 5; ++budget) {
    const Outcome& outcome = f.run(input_of(program), Precision::precise, budget);
    const u64 ran = std::min<u64>(budget, 3);
    CHECK(outcome.stop.kind == (budget < 3 ? StopKind::budget : StopKind::end));
    CHECK(x(outcome, a0) == ran);
    CHECK(pc(outcome) == code_at + 4 * ran);
    CHECK(outcome.retired == ran);
  }
}

TEST_CASE("unicorn ends an endless loop, by the budget or by the watchdog") {
  Fixture f;
  const Program program = program_of({addi(a0, a0, 1), bne_back(a0, 0, -4)});
  f.prepare(program);
  for (Precision precision : both) {
    const auto start = std::chrono::steady_clock::now();
    const Outcome& outcome = f.run(input_of(program, {{a0, 7}}), precision, 101);
    CHECK(outcome.stop == plain(StopKind::budget));
    CHECK(outcome.retired == 101);
    CHECK(x(outcome, a0) == 7 + 51);
    CHECK(pc(outcome) == code_at + 4);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
  }
  // What the watchdog stopped once it does not stop again.
  const Program next = program_of({addi(a0, a0, 1)});
  f.prepare(next);
  for (int i = 0; i < 100; ++i) CHECK(f.run(input_of(next)).stop == plain(StopKind::end));
}

TEST_CASE("unicorn tells traps apart") {
  Fixture f;
  for (auto [trap, kind] : {std::pair(ebreak, StopKind::breakpoint), std::pair(ecall, StopKind::system_call),
                            std::pair(undefined, StopKind::illegal), std::pair(csrr(a0, 0x300), StopKind::illegal)}) {
    const Program program = program_of({addi(a0, a0, 1), trap, addi(a0, a0, 1)});
    f.prepare(program);
    for (Precision precision : both) {
      const Outcome& outcome = f.run(input_of(program), precision);
      CHECK(outcome.stop == plain(kind));
      CHECK(pc(outcome) == code_at + 4);
      CHECK(x(outcome, a0) == 1);
      CHECK(outcome.retired == 1);
    }
  }
}

TEST_CASE("unicorn goes on after an instruction that waits") {
  Fixture f;
  constexpr u32 wfi = 0x10500073;
  const Program program = program_of({addi(a0, a0, 1), wfi, wfi, addi(a0, a0, 1)});
  f.prepare(program);
  for (Precision precision : both) {
    const Outcome& outcome = f.run(input_of(program), precision);
    CHECK(outcome.stop == plain(StopKind::end));
    CHECK(x(outcome, a0) == 2);
    CHECK(outcome.retired == 4);
  }
  CHECK(f.run(input_of(program), Precision::precise, 2).retired == 2);
}

TEST_CASE("unicorn names the first byte out of reach") {
  Fixture f;
  const u64 end = data_at + 2 * page_size;
  struct {
    u32 instruction;
    u64 address;
    Stop stop;
  } const cases[] = {
      {lw(a1, 0, a0), 0x90000, fault(Access::read, 0x90000)},
      {sw(a1, 0, a0), 0x90000, fault(Access::write, 0x90000)},
      {ld(a1, 0, a0), end - 3, fault(Access::read, end)},
      {sd(a1, 0, a0), end - 3, fault(Access::write, end)},
      {ld(a1, 0, a0), data_at - 3, fault(Access::read, data_at - 3)},
      {lw(a1, 0, a0), ~u64{0} - 1, fault(Access::read, ~u64{0} - 1)},
      {sw(a1, 0, a0), code_at, fault(Access::write, code_at)},
      {jr(a0), 0x90000, fault(Access::execute, 0x90000)},
      {jr(a0), data_at, fault(Access::execute, data_at)},
      {jr(a0), ~u64{0} - 4095, fault(Access::execute, ~u64{0} - 4095)},
      {lw(a1, 0, a0), ~u64{0} - 4095, fault(Access::read, ~u64{0} - 4095)},
      {amoadd_w(a1, a0, a2), 0x90000, fault(Access::write, 0x90000)},
      {amoadd_w(a1, a0, a2), code_at, fault(Access::write, code_at)},
      {amoadd_w(a1, a0, a2), code_at + 12, fault(Access::write, code_at + 12)},
      {amoadd_d(a1, a0, a2), code_at + 8, fault(Access::write, code_at + 8)},
      {lr_w(a1, a0), 0x90000, fault(Access::read, 0x90000)},
  };
  for (const auto& c : cases) {
    const Program program = program_of({addi(a2, a2, 1), c.instruction, addi(a2, a2, 1)});
    f.prepare(program);
    for (Precision precision : both) {
      CAPTURE(c.instruction, c.address, precision);
      const Outcome& outcome = f.run(input_of(program, {{a0, c.address}, {a1, 0x55}}), precision);
      const bool jumps = c.stop.access == Access::execute;
      CHECK(describe(outcome.stop) == describe(c.stop));
      CHECK(pc(outcome) == (jumps ? c.address : code_at + 4));
      CHECK(x(outcome, a2) == 1);
      CHECK(x(outcome, a1) == 0x55);
      CHECK(outcome.retired == (jumps ? 2 : 1));
    }
  }
}

TEST_CASE("unicorn completes accesses that cross pages within reach") {
  Fixture f;
  const Program program = program_of({sd(a1, 0, a0), ld(a2, 0, a0)});
  f.prepare(program);
  const u64 value = 0x1122334455667788;
  for (Precision precision : both) {
    const Outcome& outcome = f.run(input_of(program, {{a0, data_at + page_size - 3}, {a1, value}}), precision);
    CHECK(outcome.stop == plain(StopKind::end));
    CHECK(x(outcome, a2) == value);
    REQUIRE(outcome.memory.size() == 1);
    CHECK(std::memcmp(outcome.memory[0].bytes.data() + page_size - 3, &value, 8) == 0);
  }
}

TEST_CASE("unicorn completes an access that crosses pages close to the end of the code") {
  Fixture f;
  // In aligned pieces it would touch bytes beyond.
  Program program = program_of({ld(a1, 0, a0), addi(0, 0, 0), addi(0, 0, 0), 1}, code_at + page_size - 8);
  program.code.resize(14);  // c.nop is the last
  f.prepare(program);
  const Outcome& outcome = f.run(input_of(program, {{a0, code_at + page_size - 3}}), Precision::precise);
  CHECK(describe(outcome.stop) == "end");
  u64 expected = 0;
  std::memcpy(&expected, program.code.data() + 5, 8);
  CHECK(x(outcome, a1) == expected);
}

TEST_CASE("unicorn reports misaligned atomics by the address they used") {
  Fixture f;
  struct {
    u32 instruction;
    Access access;
  } const cases[] = {{lr_w(a1, a0), Access::read}, {amoadd_w(a1, a0, a2), Access::write}};
  for (const auto& c : cases)
    for (u64 address : {data_at + 2, u64{0x90002}}) {
      const Program program = program_of({addi(a2, a2, 1), c.instruction});
      f.prepare(program);
      for (Precision precision : both) {
        CAPTURE(c.instruction, address);
        const Outcome& outcome = f.run(input_of(program, {{a0, address}}), precision);
        CHECK(describe(outcome.stop) == describe({StopKind::misaligned, c.access, address}));
        CHECK(pc(outcome) == code_at + 4);
        CHECK(outcome.retired == 1);
      }
    }
}

TEST_CASE("unicorn leaks no reservation from one run into the next") {
  Fixture f;
  const Program pair = program_of({lr_w(a1, a0), sc_w(a2, a0, a3)});
  const Program reserve = program_of({lr_w(a1, a0)});
  const Program store = program_of({sc_w(a2, a0, a3)});
  for (Precision precision : both) {
    f.prepare(pair);
    CHECK(x(f.run(input_of(pair, {{a0, data_at}}), precision), a2) == 0);
    f.prepare(reserve);
    CHECK(f.run(input_of(reserve, {{a0, data_at}}), precision).stop == plain(StopKind::end));
    f.prepare(store);
    CHECK(x(f.run(input_of(store, {{a0, data_at}}), precision), a2) == 1);
  }
}

TEST_CASE("unicorn leaks no floating-point flags or rounding mode") {
  Fixture f;
  const Program divide = program_of({0x1a0576d3});  // fdiv.d fa3, fa0, fa0, dyn: 0 / 0
  const Program look = program_of({csrr(a0, 0x003)});
  for (Precision precision : both) {
    f.prepare(divide);
    CHECK((f.run(input_of(divide), precision).state.words[riscv64::fcsr_word] & 0x1f) == 0x10);
    f.prepare(look);
    CHECK(x(f.run(input_of(look), precision), a0) == 0);
    Input input = input_of(look);
    input.state.words[riscv64::fcsr_word] = 0x61;
    CHECK(x(f.run(input, precision), a0) == 0x61);
  }
}

TEST_CASE("unicorn lets user code read the counters") {
  Fixture f;
  const Program program = program_of({csrr(a0, 0xc00), csrr(a1, 0xc02)});
  f.prepare(program);
  for (Precision precision : both) CHECK(f.run(input_of(program), precision).stop == plain(StopKind::end));
}

TEST_CASE("unicorn never runs the code of the program before") {
  Fixture f;
  for (Precision precision : both)
    for (i32 i = 0; i < 300; ++i) {
      // Lengths differ, so that terminators fall into what was code, and the other way round.
      const i32 length = 1 + i % 5;
      Program program = program_of({});
      for (i32 k = 0; k < length; ++k)
        for (u8 byte : words({addi(a0, a0, 1 + i % 7)})) program.code.push_back(byte);
      f.prepare(program);
      const Outcome& outcome = f.run(input_of(program), precision);
      CHECK(outcome.stop == plain(StopKind::end));
      CHECK(pc(outcome) == program.code_end());
      CHECK(x(outcome, a0) == u64(length * (1 + i % 7)));
    }
}

TEST_CASE("unicorn runs self-modified code, and undoes it for the next input") {
  Fixture f;
  // Overwrites the third instruction, which adds 1, by one that adds a3's choice.
  Program program = program_of({sw(a1, 12, a0), fence_i, addi(a2, a2, 1), addi(a2, a2, 1)});
  program.code_access = everything;
  f.prepare(program);
  for (int round = 0; round < 3; ++round)
    for (Precision precision : both) {
      const Outcome& changed = f.run(input_of(program, {{a0, code_at}, {a1, addi(a2, a2, 100)}}), precision);
      CHECK(changed.stop == plain(StopKind::end));
      CHECK(x(changed, a2) == 101);
      REQUIRE(changed.memory.size() == 2);
      CHECK(changed.memory[0].address == code_at);
      CHECK(changed.memory[0].bytes.size() == program.code.size());
      u32 now = 0;
      std::memcpy(&now, changed.memory[0].bytes.data() + 12, 4);
      CHECK(now == addi(a2, a2, 100));
      // Neither does a run that changes nothing find what the one before changed.
      const Outcome& same = f.run(input_of(program, {{a0, data_at}}), precision);
      CHECK(x(same, a2) == 2);
    }
}

TEST_CASE("unicorn runs code an input lays into executable memory, freshly each time") {
  Fixture f;
  Program program = program_of({jr(a0)});
  program.memory = {{0x30000, page_size, Access::read | Access::execute}, {0x40000, page_size, everything}};
  f.prepare(program);
  const auto jump_back = [](unsigned reg) { return jr(reg); };
  for (int round = 0; round < 4; ++round)
    for (u64 at : {u64{0x30000}, u64{0x40000}})
      for (Precision precision : both)
        for (i32 amount : {1, 2, 3}) {
          Input input = input_of(program, {{a0, at}, {a3, program.code_end()}});
          input.memory = {{at, words({addi(a2, a2, amount), jump_back(a3)})}};
          const Outcome& outcome = f.run(input, precision);
          CHECK(outcome.stop == plain(StopKind::end));
          CHECK(x(outcome, a2) == u64(amount));
          // Without the bytes, what is there is zero, which is no instruction.
          const Outcome& empty = f.run(input_of(program, {{a0, at}}), precision);
          CHECK(empty.stop == plain(StopKind::illegal));
          CHECK(pc(empty) == at);
        }
}

TEST_CASE("unicorn restores memory between inputs") {
  Fixture f;
  Program program = program_of({lw(a1, 0, a0), sw(a2, 0, a0), lw(a3, 4, a0)});
  program.contents = {{data_at, {1, 2, 3, 4}}};
  f.prepare(program);
  for (Precision precision : both)
    for (int round = 0; round < 3; ++round) {
      Input input = input_of(program, {{a0, data_at}, {a2, 0x55}});
      if (round == 1) input.memory = {{data_at + 4, {9, 0, 0, 0}}};
      const Outcome& outcome = f.run(input, precision);
      CHECK(x(outcome, a1) == 0x04030201);
      CHECK(x(outcome, a3) == (round == 1 ? 9 : 0));
      REQUIRE(outcome.memory.size() == 1);
      CHECK(outcome.memory[0].bytes[0] == 0x55);
    }
}

TEST_CASE("a precise run on unicorn hides what follows the code") {
  Fixture f;
  Program program = program_of({lw(a1, 0, a0), addi(a2, a2, 1)});
  f.prepare(program);
  const u64 end = program.code_end();
  CHECK(f.run(input_of(program, {{a0, end}}), Precision::precise).stop == fault(Access::read, end));
  CHECK(f.run(input_of(program, {{a0, end - 2}}), Precision::precise).stop == fault(Access::read, end));
  CHECK(f.run(input_of(program, {{a0, end - 4}}), Precision::precise).stop == plain(StopKind::end));
  CHECK(f.run(input_of(program, {{a0, code_at - 2}}), Precision::precise).stop == fault(Access::read, code_at - 2));

  program.code = words({sw(a1, 0, a0), addi(a2, a2, 1)});
  program.code_access = everything;
  f.prepare(program);
  for (Precision precision : both)
    for (u64 value : {u64{0}, ~u64{0}})
      for (u64 address : {end, end - 2, end + 100, code_at + page_size - 2}) {
        CAPTURE(address);
        const Outcome& outcome = f.run(input_of(program, {{a0, address}, {a1, value}}), precision);
        CHECK(describe(outcome.stop) ==
              describe(fault(Access::write, address == code_at + page_size - 2 ? address : std::max(address, end))));
        REQUIRE(!outcome.memory.empty());
        CHECK(std::memcmp(outcome.memory[0].bytes.data(), program.code.data(), program.code.size()) == 0);
      }
}

TEST_CASE("unicorn undoes what an atomic does beyond the code") {
  Fixture f;
  Program program = program_of({amoadd_d(a1, a0, a2), addi(0, 0, 0), 0x00000001});
  program.code_access = everything;
  f.prepare(program);
  for (Precision precision : both) {
    const u64 address = program.code_end() - 4;
    const Outcome& outcome = f.run(input_of(program, {{a0, address}, {a2, 5}}), precision);
    CHECK(describe(outcome.stop) == describe(fault(Access::write, program.code_end())));
    REQUIRE(!outcome.memory.empty());
    CHECK(std::memcmp(outcome.memory[0].bytes.data(), program.code.data(), program.code.size()) == 0);
  }
}

TEST_CASE("unicorn keeps from running what follows the code") {
  Fixture f;
  Program program = program_of({jr(a0), addi(a2, a2, 1)});
  f.prepare(program);
  for (Precision precision : both) {
    const u64 beyond = program.code_end() + 8;
    const Outcome& outcome = f.run(input_of(program, {{a0, beyond}}), precision);
    CHECK(outcome.stop == fault(Access::execute, beyond));
    CHECK(pc(outcome) == beyond);
    CHECK(outcome.retired == 1);
  }
  // Where data ends with half an instruction.
  for (Precision precision : both) {
    const u64 last = data_at + 2 * page_size - 2;
    Input input = input_of(program, {{a0, last}});
    input.memory = {{last, {0x13, 0x00}}};
    const Outcome& outcome = f.run(input, precision);
    CHECK(outcome.stop == fault(Access::execute, last));
    CHECK(pc(outcome) == last);
  }
  // An instruction that begins in the code and ends beyond: with the terminator's bytes it would be
  // something harmless, a jump, a jump to where t0 says less 0x700, a branch.
  for (u32 half : {0x0013u, 0x006fu, 0x8067u, 0x0063u}) {
    Program cut = program_of({addi(a2, a2, 1)});
    cut.code.push_back(u8(half));
    cut.code.push_back(u8(half >> 8));
    f.prepare(cut);
    for (Precision precision : both) {
      const Outcome& outcome = f.run(input_of(cut, {{5, cut.code_end() + 0x700}}), precision);
      CHECK(outcome.stop == fault(Access::execute, cut.code_end()));
      CHECK(pc(outcome) == code_at + 4);
      CHECK(outcome.retired == 1);
    }
  }
  // A code of an odd length has an end that is never reached.
  Program odd = program_of({addi(a2, a2, 1)});
  odd.code.push_back(0x01);
  f.prepare(odd);
  for (Precision precision : both) {
    const Outcome& outcome = f.run(input_of(odd), precision);
    CHECK(outcome.stop == fault(Access::execute, odd.code_end()));
    CHECK(pc(outcome) == code_at + 4);
  }
}

TEST_CASE("unicorn runs code that ends with its page") {
  Fixture f;
  const u64 next_page = code_at + page_size;
  for (Access access : {Access::none, read_write, everything}) {
    Program program = program_of({addi(a0, a0, 1), addi(a0, a0, 2)}, next_page - 8);
    if (access != Access::none) program.memory = {{next_page, page_size, access}};
    f.prepare(program);
    for (Precision precision : both) {
      CAPTURE(int(access), precision);
      const Outcome& outcome = f.run(input_of(program), precision);
      CHECK(outcome.stop == plain(StopKind::end));
      CHECK(pc(outcome) == next_page);
      CHECK(x(outcome, a0) == 3);
    }
    // The last instruction is cut: what precedes it is executed all the same.
    program.code = words({addi(a0, a0, 1), 0x05130001});
    f.prepare(program);
    for (Precision precision : both) {
      CAPTURE(int(access), precision);
      const Outcome& outcome = f.run(input_of(program), precision);
      if (access == everything) {  // half of it is there, and zero: addi a0, x0, 0
        CHECK(outcome.stop == plain(StopKind::illegal));
        CHECK(pc(outcome) == next_page + 2);
        CHECK(x(outcome, a0) == 0);
      } else {
        CHECK(outcome.stop == fault(Access::execute, next_page));
        CHECK(pc(outcome) == next_page - 2);
        CHECK(x(outcome, a0) == 1);
        CHECK(outcome.retired == 2);
      }
    }
  }
}

TEST_CASE("unicorn follows a change of layout") {
  Fixture f;
  for (int round = 0; round < 3; ++round)
    for (u64 shift : {u64{0}, page_size, u64{0x100000}, u64{0x7f0000000000}, u64{0xffffffff00000000}})
      for (Precision precision : both) {
        CAPTURE(shift);
        Program program = program_of({lw(a1, 0, a0), sw(a1, 8, a0), addi(a2, 0, round)}, code_at + shift);
        program.memory = {{data_at + shift, page_size * u64(1 + round), read_write}};
        program.contents = {{data_at + shift, {7}}};
        f.prepare(program);
        const Outcome& outcome = f.run(input_of(program, {{a0, data_at + shift}}), precision);
        CHECK(outcome.stop == plain(StopKind::end));
        CHECK(x(outcome, a1) == 7);
        CHECK(x(outcome, a2) == u64(round));
        REQUIRE(outcome.memory.size() == 1);
        CHECK(outcome.memory[0].address == data_at + shift);
        CHECK(outcome.memory[0].bytes.size() == program.memory[0].size);
        CHECK(outcome.memory[0].bytes[8] == 7);
        // What was mapped by the layout before is gone.
        const u64 other = shift == 0 ? 0x120000 : data_at;
        CHECK(f.run(input_of(program, {{a0, other}}), precision).stop == fault(Access::read, other));
      }
}

TEST_CASE("unicorn respects what a region permits") {
  Fixture f;
  for (Access access : {Access::read, Access::write, read_write, Access::read | Access::execute, Access::execute}) {
    const Program load = [&] {
      Program program = program_of({lw(a1, 0, a0)});
      program.memory = {{data_at, page_size, access}};
      return program;
    }();
    Program store = load;
    store.code = words({sw(a1, 0, a0)});
    for (Precision precision : both) {
      CAPTURE(int(access), precision);
      f.prepare(load);
      CHECK(f.run(input_of(load, {{a0, data_at}}), precision).stop ==
            (allows(access, Access::read) ? plain(StopKind::end) : fault(Access::read, data_at)));
      f.prepare(store);
      CHECK(f.run(input_of(store, {{a0, data_at}}), precision).stop ==
            (allows(access, Access::write) ? plain(StopKind::end) : fault(Access::write, data_at)));
    }
  }
}

TEST_CASE("unicorn runs at the edges of the address space") {
  Fixture f;
  const u64 top = ~u64{0} - 4095;
  for (u64 address : {u64{0}, u64{2}, top - 8, top - page_size}) {
    Program program = program_of({addi(a0, a0, 1), addi(a0, a0, 2)}, address);
    program.memory = {{data_at, page_size, read_write}};
    f.prepare(program);
    for (Precision precision : both) {
      CAPTURE(address, precision);
      const Outcome& outcome = f.run(input_of(program), precision);
      CHECK(outcome.stop == plain(StopKind::end));
      CHECK(x(outcome, a0) == 3);
      CHECK(pc(outcome) == address + 8);
    }
  }
}

// The run loop: budgets, ends, fetching, and code that changes under it.
#include "engine/guest/riscv64/interpreter.hpp"

#include "engine/tier/interpreter_machine.hpp"
#include "tests/catch.hpp"
#include "tests/engine/guest/riscv64/vectors.hpp"

using namespace diptych;
using namespace diptych::riscv64;

namespace {

constexpr Access read_execute = Access::read | Access::execute;
constexpr Access all = Access::read | Access::write | Access::execute;

// An interpreter over code of its own.
struct Bench {
  std::vector<u8> code;
  Interpreter interpreter;

  explicit Bench(std::string_view text, Access access = read_execute) : code(code_of(text)) {
    const Area area{code_at, code.size(), access, code.data()};
    interpreter.bind({&area, 1}, code_at + code.size());
    interpreter.pc() = code_at;
  }
  u64& x(std::size_t r) { return interpreter.hart.state.words[r]; }
  Stop run(u64 budget) { return interpreter.run(Budget{budget}); }
};

}  // namespace

TEST_CASE("exactly the budget retires, and the PC stands at the next instruction") {
  Bench bench("addi a0, a0, 1; c.addi a0, 1; addi a0, a0, 1; addi a0, a0, 1");
  CHECK(bench.run(0).kind == StopKind::budget);
  CHECK(bench.interpreter.pc() == 0x10000);
  CHECK(bench.x(10) == 0);
  CHECK(bench.run(2).kind == StopKind::budget);
  CHECK(bench.interpreter.pc() == 0x10006);
  CHECK(bench.x(10) == 2);
  CHECK(bench.interpreter.hart.retired == 2);
  CHECK(bench.run(1).kind == StopKind::budget);
  CHECK(bench.x(10) == 3);
}

TEST_CASE("the end of the code wins over the budget") {
  Bench bench("addi a0, a0, 1; addi a0, a0, 1");
  CHECK(bench.run(2).kind == StopKind::end);
  CHECK(bench.interpreter.hart.retired == 2);
  CHECK(bench.run(0).kind == StopKind::end);
  CHECK(bench.run(5).kind == StopKind::end);
  CHECK(bench.interpreter.hart.retired == 2);
}

TEST_CASE("a loop runs as long as its budget, instruction for instruction") {
  Bench bench("addi a0, a0, 1; jal zero, -4");
  CHECK(bench.run(100001).kind == StopKind::budget);
  CHECK(bench.interpreter.hart.retired == 100001);
  CHECK(bench.x(10) == 50001);
  CHECK(bench.interpreter.pc() == 0x10004);
}

TEST_CASE("a trap retires nothing and leaves the PC where it is") {
  Bench bench("addi a0, a0, 1; ebreak; addi a0, a0, 1");
  CHECK(bench.run(10) == Stop{.kind = StopKind::breakpoint});
  CHECK(bench.interpreter.hart.retired == 1);
  CHECK(bench.interpreter.pc() == 0x10004);
  CHECK(bench.run(10) == Stop{.kind = StopKind::breakpoint});
  bench.interpreter.pc() += 4;
  CHECK(bench.run(10).kind == StopKind::end);
  CHECK(bench.x(10) == 2);
}

TEST_CASE("a trap with no budget left is not reached") {
  Bench bench("addi a0, a0, 1; ebreak");
  CHECK(bench.run(1).kind == StopKind::budget);
  CHECK(bench.run(0).kind == StopKind::budget);
  CHECK(bench.run(1).kind == StopKind::breakpoint);
}

TEST_CASE("a jump to where nothing is executable arrives, and faults there") {
  Bench bench("jalr ra, 0(a0)");
  bench.x(10) = 0x50000;
  CHECK(bench.run(10) == Stop{StopKind::fault, Access::execute, 0x50000});
  CHECK(bench.interpreter.pc() == 0x50000);
  CHECK(bench.interpreter.hart.retired == 1);
  CHECK(bench.x(1) == 0x10004);
  CHECK(!bench.interpreter.at(bench.interpreter.pc()));
}

TEST_CASE("an instruction cut off by the end of the code faults at its missing half") {
  Bench bench("c.nop; c.nop");
  bench.code[2] = 0x13;  // the first half of an addi
  bench.code[3] = 0x05;
  CHECK(bench.run(10) == Stop{StopKind::fault, Access::execute, 0x10004});
  CHECK(bench.interpreter.pc() == 0x10002);
  CHECK(bench.interpreter.hart.retired == 1);
}

TEST_CASE("a jump may land inside another instruction") {
  // The upper half of this lui is a c.addi a0, 1.
  Bench bench("c.j 4; lui a1, 0x05050");
  CHECK(decode(0x0505).row == row_named("c.addi"));
  CHECK(bench.run(10).kind == StopKind::end);
  CHECK(bench.x(10) == 1);
  CHECK(bench.x(11) == 0);
  bench.interpreter.pc() = 0x10002;
  CHECK(bench.run(10).kind == StopKind::end);
  CHECK(bench.x(10) == 1);
  CHECK(bench.x(11) == 0x5050000);
}

TEST_CASE("the instruction at the PC is known before it runs") {
  Bench bench("c.addi a0, 1; ebreak");
  REQUIRE(bench.interpreter.at(bench.interpreter.pc()));
  CHECK(bench.interpreter.at(bench.interpreter.pc())->row == row_named("c.addi"));
  CHECK(bench.interpreter.at(bench.interpreter.pc())->length == 2);
  bench.interpreter.pc() = 0x10002;
  CHECK(bench.interpreter.at(bench.interpreter.pc())->row == row_named("ebreak"));
  bench.code[2] = bench.code[3] = 0;
  REQUIRE(bench.interpreter.at(bench.interpreter.pc()));
  CHECK(bench.interpreter.at(bench.interpreter.pc())->row == nullptr);
}

TEST_CASE("illegal words stop as illegal") {
  Bench bench("c.nop; c.nop");
  bench.code[2] = bench.code[3] = 0;
  CHECK(bench.run(10) == Stop{.kind = StopKind::illegal});
  CHECK(bench.interpreter.pc() == 0x10002);
}

TEST_CASE("changes of code from outside are seen once they are told") {
  Bench bench("addi a0, a0, 1; jal zero, -4");
  bench.run(4);
  CHECK(bench.x(10) == 2);
  const std::vector<u8> other = code_of("addi a0, a0, 16");
  std::copy(other.begin(), other.end(), bench.code.begin());
  bench.interpreter.code_changed({code_at + 3, 1});  // the byte that differs, not the instruction's first
  bench.run(2);
  CHECK(bench.x(10) == 18);
}

TEST_CASE("a store to code is executed as stored") {
  // The loop turns its own addi into one by 16, through its upper half alone.
  Bench bench("addi a0, a0, 1; sh a1, 2(a2); jal zero, -8", all);
  bench.x(12) = code_at;
  bench.x(11) = assemble("addi a0, a0, 16") >> 16;
  CHECK(bench.run(6).kind == StopKind::budget);
  CHECK(bench.x(10) == 17);
  CHECK(!bench.interpreter.hart.code_written);
}

TEST_CASE("a store over the next instruction is executed as stored") {
  CHECK(difference_writable({"sw a0, 4(a1); addi a2, a2, 1", "a0=0x00860613 a1=0x10000",
                             "a2=8 [0x10000]=0x0086061300a5a223"}) == "");
  CHECK(difference_writable({"sd a0, 0(a1); addi a2, a2, 1", "a0=0x0086061300a5b023 a1=0x10000",
                             "a2=8 [0x10000]=0x0086061300a5b023"}) == "");
  CHECK(difference_writable({"sb zero, 4(a1); ebreak", "a1=0x10000", "pc=0x10004 [0x10000]=0x0010000000058223 !illegal"}) == "");
}

TEST_CASE("a store is seen by every instruction it touches, however they were decoded before") {
  // Four additions run once as they are, then as they are stored: one by one or all at a time.
  const auto twice = [](std::string_view store, std::initializer_list<u64> expected) {
    Bench bench("c.addi a0, 1; c.addi a1, 1; c.addi a2, 1; c.addi a3, 1; " + std::string(store) + "; c.j -12", all);
    const std::vector<u8> bytes = code_of("c.addi a0, 16; c.addi a1, 16; c.addi a2, 16; c.addi a3, 16");
    for (std::size_t i = 0; i < 8; ++i) bench.x(14) |= u64{bytes[i]} << (8 * i);
    bench.x(15) = code_at;
    CHECK(bench.run(10).kind == StopKind::budget);
    std::size_t r = 10;
    for (u64 value : expected) CHECK(bench.x(r++) == value);
  };
  twice("sd a4, 0(a5)", {17, 17, 17, 17});
  twice("sw a4, 0(a5)", {17, 17, 2, 2});
  twice("sh a4, 0(a5)", {17, 2, 2, 2});
  twice("sb a4, 0(a5)", {17, 2, 2, 2});
  twice("sh a4, 4(a5)", {18, 2, 1, 2});  // c.addi a0, 16 in the third place
  twice("sw a4, 2(a5)", {18, 17, 1, 2});
}

TEST_CASE("a store over itself takes effect the next time") {
  Bench bench("sw a0, 0(a1); jal zero, -4", all);
  bench.x(11) = code_at;
  bench.x(10) = assemble("ebreak");
  CHECK(bench.run(10) == Stop{.kind = StopKind::breakpoint});
  CHECK(bench.interpreter.hart.retired == 2);
  CHECK(bench.interpreter.pc() == code_at);
}

TEST_CASE("an atomic and a store-conditional to code are executed as stored") {
  CHECK(difference_writable({"amoswap.w a0, a2, (a1); ebreak", "a1=0x10004 a2=0x13", "a0=0x100073 [0x10000]=0x0000001308c5a52f"}) == "");
  CHECK(difference_writable({"lr.w a0, (a1); sc.w a3, a2, (a1); ebreak", "a1=0x10008 a2=0x13 a3=5",
                             "a0=0x100073 a3=0 [0x10008]=0x13"}) == "");
}

TEST_CASE("an instruction across two areas is the one that stands there now") {
  std::vector<u8> low = code_of("c.nop; c.nop"), high = code_of("c.nop; c.nop; c.nop; c.nop");
  const std::vector<u8> add = code_of("addi a0, a0, 1");
  low[2] = add[0], low[3] = add[1], high[0] = add[2], high[1] = add[3];
  const Area areas[] = {{0x10ffc, 4, read_execute, low.data()}, {0x11000, 8, all, high.data()}};
  Interpreter interpreter;
  interpreter.bind(areas, 0x11008);
  interpreter.pc() = 0x10ffc;
  CHECK(interpreter.run(Budget{100}).kind == StopKind::end);
  CHECK(interpreter.hart.state.words[10] == 1);
  CHECK(interpreter.hart.retired == 5);

  const std::vector<u8> more = code_of("addi a0, a0, 16");
  high[0] = more[2], high[1] = more[3];
  interpreter.code_changed({0x11000, 2});
  interpreter.pc() = 0x10ffc;
  CHECK(interpreter.run(Budget{100}).kind == StopKind::end);
  CHECK(interpreter.hart.state.words[10] == 17);
}

TEST_CASE("an instruction across into what is not executable faults at its second half") {
  std::vector<u8> low = code_of("addi a0, a0, 1"), high(4096);
  const Area areas[] = {{0x10ffe, 2, read_execute, low.data()},
                        {0x11000, 4096, Access::read | Access::write, high.data()}};
  Interpreter interpreter;
  interpreter.bind(areas, 0x11000);
  interpreter.pc() = 0x10ffe;
  CHECK(interpreter.run(Budget{100}) == Stop{StopKind::fault, Access::execute, 0x11000});
  CHECK(interpreter.pc() == 0x10ffe);
}

TEST_CASE("binding forgets what was decoded before") {
  Bench bench("addi a0, a0, 1");
  CHECK(bench.run(5).kind == StopKind::end);
  std::vector<u8> other = code_of("addi a0, a0, 16");
  const Area area{code_at, other.size(), read_execute, other.data()};
  bench.interpreter.bind({&area, 1}, code_at + 4);
  bench.interpreter.pc() = code_at;
  CHECK(bench.run(5).kind == StopKind::end);
  CHECK(bench.x(10) == 17);
}

TEST_CASE("every row has its function, and what matches none is illegal") {
  CHECK(evaluations().size() == rows().size());
  for (Evaluate evaluate : evaluations()) CHECK(evaluate != nullptr);
  Hart hart;
  hart.state.words[pc_word] = 0x1234;
  CHECK(!evaluate_illegal(hart, Decoded{}));
  CHECK(hart.stop.kind == StopKind::illegal);
  CHECK(hart.state.words[pc_word] == 0x1234);
  CHECK(hart.retired == 0);
}

// The interpreter as a machine: what it promises, and that no run leaves a trace in the next.
#include "engine/tier/interpreter_machine.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "tests/catch.hpp"
#include "tests/engine/guest/riscv64/vectors.hpp"

using namespace diptych;
using riscv64::answer_of;
using riscv64::Answer;
using riscv64::assemble;
using riscv64::code_at;
using riscv64::code_of;

namespace {

constexpr Access all = Access::read | Access::write | Access::execute;

Program program_of(std::string_view text, Access code_access = Access::read | Access::execute) {
  Program program;
  program.code_address = code_at;
  program.code = code_of(text);
  program.code_access = code_access;
  program.memory = {std::begin(riscv64::vector_memory), std::end(riscv64::vector_memory)};
  return program;
}

Input input_of(std::string_view assignments) {
  Input input;
  input.state.words[riscv64::pc_word] = code_at;
  riscv64::set(input, assignments);
  return input;
}

std::unique_ptr<Machine> prepared(const Program& program) {
  auto machine = make_interpreter_machine();
  REQUIRE(check(program));
  REQUIRE(machine->prepare(program));
  return machine;
}

}  // namespace

TEST_CASE("the interpreter says what it can do") {
  const Description description = make_interpreter_machine()->describe();
  CHECK(description.name == "interp");
  CHECK(description.runs(Guest::riscv64));
  CHECK(!description.runs(Guest::aarch64));
  CHECK(description.extensions(Guest::riscv64) == (1u << 11) - 1);
  CHECK(description.extensions(Guest::x86_64) == 0);
  CHECK(description.counts_retired);
  CHECK(description.exact_budget);
  CHECK(description.hides_code_end);
}

TEST_CASE("a guest it does not know is refused, and the machine stays usable") {
  auto machine = prepared(program_of("addi a0, a0, 1"));
  Program other = program_of("addi a0, a0, 1");
  other.guest = Guest::x86_64;
  const auto refused = machine->prepare(other);
  REQUIRE(!refused);
  CHECK(refused.error().kind == ErrorKind::unsupported);
  CHECK(refused.error().message == "interp does not run x86_64");
  CHECK(answer_of(*machine, input_of("a0=4"), 10).state.words[10] == 5);
}

TEST_CASE("a batch is answered in any order, and twice the same") {
  auto machine = prepared(program_of("ld a1, 0(a0); addi a1, a1, 1; sd a1, 0(a0)"));
  const Input inputs[] = {input_of("a0=0x20000 [0x20000]=5"), input_of("a0=0x20000"), input_of("a0=0x30008 [0x30008]=7")};
  REQUIRE(machine->begin(inputs, Budget{10}));
  const u64 expected[] = {6, 1, 8};
  for (std::size_t i : {0u, 1u, 2u, 2u, 0u, 1u}) {
    const auto outcome = machine->outcome(i, Precision::fast);
    REQUIRE(outcome);
    CHECK((*outcome)->state.words[11] == expected[i]);
    CHECK((*outcome)->stop.kind == StopKind::end);
    CHECK((*outcome)->retired == 3);
  }
}

TEST_CASE("views are the writable areas in order, the code's first where it is one") {
  auto machine = prepared(program_of("sb a0, 0(a1)"));
  const Input input = input_of("a0=9 a1=0x30004");
  auto outcome = machine->run(input, Budget{1}, Precision::precise);
  REQUIRE(outcome);
  REQUIRE((*outcome)->memory.size() == 2);
  CHECK((*outcome)->memory[0].address == 0x20000);
  CHECK((*outcome)->memory[1].address == 0x30000);
  CHECK((*outcome)->memory[1].bytes.size() == 0x1000);
  CHECK((*outcome)->memory[1].bytes[4] == 9);

  auto writable = prepared(program_of("sb a0, 0(a1)", all));
  outcome = writable->run(input, Budget{1}, Precision::precise);
  REQUIRE(outcome);
  REQUIRE((*outcome)->memory.size() == 3);
  CHECK((*outcome)->memory[0].address == code_at);
  CHECK((*outcome)->memory[0].bytes.size() == 4);
}

TEST_CASE("memory, registers, count and reservation begin anew with every input") {
  auto machine = prepared(program_of("sc.d a3, a2, (a0); sd a2, 8(a0); lr.d a1, (a0); csrrs a4, instret, zero"));
  const Input first = input_of("a0=0x20000 a2=7 [0x20000]=5"), second = input_of("a0=0x20000");
  for (int n = 0; n < 3; ++n) {
    answer_of(*machine, first, 10);
    // What that reserved is gone, though the value there is the same again.
    Answer answer = answer_of(*machine, first, 10);
    CHECK(answer.state.words[13] == 1);
    CHECK(answer.state.words[11] == 5);
    CHECK(answer.state.words[14] == 3);
    CHECK(answer.retired == 4);
    CHECK(answer.memory == std::map<u64, u64>{{0x20000, 5}, {0x20008, 7}});
    answer = answer_of(*machine, second, 10);
    CHECK(answer.state.words[13] == 1);
    CHECK(answer.state.words[11] == 0);
    CHECK(answer.memory.empty());
  }
}

TEST_CASE("bytes an input lays over read-only memory are gone with it") {
  auto machine = prepared(program_of("ld a1, 0(a0)"));
  CHECK(answer_of(*machine, input_of("a0=0x21000 [0x21000]=5"), 10).state.words[11] == 5);
  CHECK(answer_of(*machine, input_of("a0=0x21000"), 10).state.words[11] == 0);
  CHECK(answer_of(*machine, input_of("a0=0x21000 [0x21008]=5"), 10).state.words[11] == 0);
}

TEST_CASE("a program's contents are there for every input, under its own bytes") {
  Program program = program_of("ld a1, 0(a0); sd zero, 0(a0)");
  program.contents = {{0x20000, {1, 2}}};
  auto machine = prepared(program);
  CHECK(answer_of(*machine, input_of("a0=0x20000"), 10).state.words[11] == 0x201);
  CHECK(answer_of(*machine, input_of("a0=0x20000 [0x20000]=9"), 10).state.words[11] == 9);
  CHECK(answer_of(*machine, input_of("a0=0x20000"), 10).state.words[11] == 0x201);
}

TEST_CASE("code that rewrote itself is as it was for the next input") {
  auto machine = prepared(program_of("addi a0, a0, 1; sw a1, 0(a2); jal zero, -8", all));
  const Input rewriting = input_of("a1=0x01050513 a2=0x10000");  // addi a0, a0, 16
  const Input keeping = input_of("a1=0x00150513 a2=0x10000");    // what is there already
  for (int n = 0; n < 3; ++n) {
    CHECK(answer_of(*machine, rewriting, 6).state.words[10] == 17);
    CHECK(answer_of(*machine, keeping, 6).state.words[10] == 2);
  }
}

TEST_CASE("data that may be executed runs as the input laid it, and as it was changed") {
  Program program = program_of("jalr ra, 0(a0); fence.i; sw a1, 0(a0); fence.i; jalr ra, 0(a0)");
  program.memory[0].access = all;
  auto machine = prepared(program);
  // At 0x20000: addi a2, a2, 1 and a return; then the addi becomes one by 4.
  Input one = input_of("a0=0x20000");
  one.state.words[11] = assemble("addi a2, a2, 4");
  one.memory = {{0x20000, code_of("addi a2, a2, 1; c.jr ra")}};
  Input two = one;
  two.memory = {{0x20000, code_of("addi a2, a2, 2; c.jr ra")}};
  Input none = one;
  none.memory.clear();
  for (int n = 0; n < 3; ++n) {
    CHECK(answer_of(*machine, one, 20).state.words[12] == 5);
    CHECK(answer_of(*machine, two, 20).state.words[12] == 6);
    CHECK(answer_of(*machine, none, 20).stop.kind == StopKind::illegal);
  }
}

TEST_CASE("an instruction across two areas follows changes of either") {
  // Code up to the end of its page; its last instruction has its second half in the page behind.
  Program program;
  program.code_address = 0x10ffc;
  const std::vector<u8> across = code_of("addi a0, a0, 1");
  program.code = code_of("c.nop");
  program.code.insert(program.code.end(), across.begin(), across.begin() + 2);
  program.memory = {{0x11000, 0x1000, all}};
  const auto with = [&](std::string_view instruction) {
    const std::vector<u8> bytes = code_of(instruction);
    Input input;
    input.state.words[riscv64::pc_word] = 0x10ffe;
    // After the half: store over it, then an ebreak.
    std::vector<u8> behind(bytes.begin() + 2, bytes.end());
    const std::vector<u8> rest = code_of("sh a1, 0(a2); ebreak");
    behind.insert(behind.end(), rest.begin(), rest.end());
    input.memory = {{0x11000, behind}};
    input.state.words[11] = 0x0205;  // makes it addi a0, a0, 32
    input.state.words[12] = 0x11000;
    return input;
  };
  REQUIRE(check(program));
  auto machine = make_interpreter_machine();
  REQUIRE(machine->prepare(program));
  for (int n = 0; n < 2; ++n) {
    Input input = with("addi a0, a0, 1");
    // The end of the code is passed over only by an instruction that lies across it.
    Answer answer = answer_of(*machine, input, 10);
    CHECK(answer.stop.kind == StopKind::breakpoint);
    CHECK(answer.state.words[10] == 1);
    answer = answer_of(*machine, with("addi a0, a0, 16"), 10);
    CHECK(answer.state.words[10] == 16);
    CHECK(answer.memory.begin()->first == 0x11000);
    CHECK((answer.memory.begin()->second & 0xffff) == 0x0205);
  }

  // Round again after the store: a loop back over the instruction.
  Input loop = with("addi a0, a0, 1");
  const std::vector<u8> half = code_of("addi a0, a0, 1"), rest = code_of("sh a1, 0(a2); jal zero, -8");
  std::vector<u8> behind(half.begin() + 2, half.end());
  behind.insert(behind.end(), rest.begin(), rest.end());
  loop.memory = {{0x11000, behind}};
  const Answer answer = answer_of(*machine, loop, 6);
  CHECK(answer.stop.kind == StopKind::budget);
  CHECK(answer.state.words[10] == 33);
  CHECK(answer.retired == 6);
}

TEST_CASE("preparing another program leaves nothing of the one before") {
  auto machine = prepared(program_of("addi a0, a0, 1"));
  CHECK(answer_of(*machine, input_of(""), 10).state.words[10] == 1);
  REQUIRE(machine->prepare(program_of("addi a0, a0, 16")));
  CHECK(answer_of(*machine, input_of(""), 10).state.words[10] == 16);
}

#include "fuzz/minimize/minimize.hpp"

#include "corpus/print.hpp"
#include "engine/guest/instructions.hpp"
#include "engine/tier/interpreter_machine.hpp"
#include "tests/oracle/comparison/faulty_machine.hpp"
#include "tests/oracle/comparison/long_block_machine.hpp"
#include "tests/oracle/comparison/planted_fault.hpp"

using namespace diptych;

TEST_CASE("a case is cut down to the instruction at fault and what it reads") {
  const auto subject = make_interpreter_machine();
  const auto reference = machine_with_unsigned_lw("faulty");
  Explainer explainer;
  const auto result = fuzz::minimize(block_with_load(), *subject, *reference, explainer);
  REQUIRE(result.has_value());
  REQUIRE(*result);
  const Case& smallest = (*result)->smallest;
  CHECK((*result)->signature.text() == "interp/lw/register");
  CHECK(smallest.program.code.size() == 4);
  CHECK(instruction_at(Guest::riscv64, smallest.program.code)->mnemonic == "lw");
  CHECK(smallest.program.code_address == 0x10000);
  for (const char* name : {"a1", "a2", "s5"}) CHECK(smallest.input.state.words[register_named(Guest::riscv64, name)->word] == 0);
}

TEST_CASE("nothing is made of a case on which all agree") {
  const auto subject = make_interpreter_machine(), reference = make_interpreter_machine();
  Explainer explainer;
  const auto result = fuzz::minimize(block_with_load(), *subject, *reference, explainer);
  REQUIRE(result.has_value());
  CHECK_FALSE(*result);
}

namespace {

// A lap of a loop, and a branch across what does not matter, before the two that do.
Case loop_before_pair() {
  return parse_case(R"(case 1
guest riscv64
why a pair behind a branch
code 0x10000
  00300513  addi a0, x0, 3
  fff50513  addi a0, a0, -1
  00c58633  add a2, a1, a2
  fe051ce3  bne a0, x0, -8
  00000663  beq x0, x0, 12
  00158593  addi a1, a1, 1
  00158593  addi a1, a1, 1
  00158593  addi a1, a1, 1
  40b60733  sub a4, a2, a1
  00168693  addi a3, a3, 1
registers
  a1  0x0000000000000005
  a2  0x0000000000001234
budget 100
)", "loop.case").value();
}

std::vector<std::string> mnemonics(const Case& some) {
  std::vector<std::string> names;
  std::span<const u8> code = some.program.code;
  while (auto instruction = instruction_at(Guest::riscv64, code)) {
    names.emplace_back(instruction->mnemonic);
    code = code.subspan(instruction->length);
  }
  return names;
}

}  // namespace

TEST_CASE("a case is cut down to the instruction a stage gets wrong, and the stage stays the first") {
  const auto first = make_interpreter_machine();
  const auto wrong = machine_with_unsigned_lw("wrong"), again = machine_with_unsigned_lw("again");
  Stages stages({first.get(), wrong.get(), again.get()});
  const auto smallest = fuzz::minimize(block_with_load(), stages, 1);
  REQUIRE(smallest);
  CHECK(smallest->signature.text() == "wrong/lw/register");
  CHECK(mnemonics(smallest->smallest) == std::vector<std::string>{"lw"});
  CHECK_FALSE(fuzz::minimize(block_with_load(), stages, 2));
}

TEST_CASE("a fault that takes two instructions is cut down to them") {
  const auto first = make_interpreter_machine();
  const auto wrong = machine_with_wrong_pair("wrong");
  Stages stages({first.get(), wrong.get()});
  for (const Case& some : {block_with_load(), loop_before_pair()}) {
    const auto smallest = fuzz::minimize(some, stages, 1);
    REQUIRE(smallest);
    CHECK(smallest->signature.text() == "wrong/several/register");
    CHECK(mnemonics(smallest->smallest) == std::vector<std::string>{"addi", "sub"});
  }
}

TEST_CASE("a branch goes where it went when what it crosses is cut out") {
  const auto first = make_interpreter_machine();
  // The instruction a jump leads to is wrong: without the jump there is nothing to see.
  FaultyMachine wrong("wrong", "", [from = std::string_view()](GuestState& after, const riscv64::Decoded& decoded) mutable {
    if (from == "beq" && decoded.row->mnemonic() == "addi") --after.words[decoded.operands.rd];
    from = decoded.row->mnemonic();
  });
  Stages stages({first.get(), &wrong});
  const auto smallest = fuzz::minimize(loop_before_pair(), stages, 1);
  REQUIRE(smallest);
  CHECK(mnemonics(smallest->smallest) == std::vector<std::string>{"beq", "addi"});
}

TEST_CASE("a fault in long blocks is cut down to the shortest of them, whatever ran before at its address") {
  Case some = block_with_load();
  some.program.code.clear();
  for (int i = 0; i < 20; ++i) some.program.code.insert(some.program.code.end(), {0x93, 0x85, 0x15, 0x00});  // addi a1, a1, 1
  const auto first = make_interpreter_machine();
  LongBlockMachine second("long", 3);
  Stages stages({first.get(), &second});
  const auto result = fuzz::minimize(some, stages, 1);
  REQUIRE(result);
  CHECK(result->signature.text() == "long/several/register");
  CHECK(mnemonics(result->smallest).size() == 3);
  GuestState plain;
  plain.words[32] = 0x10000;
  CHECK(result->smallest.input.state == plain);
  CHECK(result->smallest.program.memory.empty());
}

namespace {

// The inputs of a batch, of which one that leaves 7 in a1 behind an addi is what makes the next one go wrong.
Case batch_with_trigger(std::size_t count, std::size_t trigger) {
  Case some = loop_before_pair();
  for (std::size_t i = 0; i < count; ++i) {
    Input& one = some.earlier.emplace_back(some.input);
    one.state.words[11] = i == trigger ? 6 : 100 + i;
    one.state.words[20] = i;
  }
  return some;
}

// Remembers from run to run, as links and translations are.
std::unique_ptr<FaultyMachine> machine_that_remembers() {
  auto machine = std::make_unique<FaultyMachine>("late", "none", [](GuestState&, const riscv64::Decoded&) {});
  machine->spoil([primed = false, a1 = register_named(Guest::riscv64, "a1")->word](Outcome& outcome, Precision) mutable {
    if (std::exchange(primed, outcome.state.words[a1] == 7)) outcome.state.words[a1] ^= 0x100;
  });
  return machine;
}

}  // namespace

TEST_CASE("of the inputs that ran before only what shows the difference stays") {
  for (const std::size_t trigger : {0u, 13u, 30u}) {
    // What shows is the input right behind the one that triggers.
    Case some = batch_with_trigger(31, trigger);
    if (trigger != 30) {
      some.input = some.earlier[trigger + 1];
      some.earlier.resize(trigger + 1);
    }
    const auto first = make_interpreter_machine();
    const auto second = machine_that_remembers();
    Stages stages({first.get(), second.get()});
    const auto result = fuzz::minimize(some, stages, 1);
    REQUIRE(result);
    REQUIRE(result->smallest.earlier.size() == 1);
    CHECK(mnemonics(result->smallest) == std::vector<std::string>{"addi"});
    CHECK(result->smallest.earlier[0].state.words[11] == 6);
    CHECK(result->smallest.earlier[0].state.words[20] == 0);
    CHECK(result->smallest.earlier[0].state.words[12] == result->smallest.input.state.words[12]);
    CHECK(parse_case(print_case(result->smallest), "small.case").value() == flatten(result->smallest));
    // And the same of a reference.
    const auto reference = machine_that_remembers();
    Explainer explainer;
    const auto other = fuzz::minimize(some, *first, *reference, explainer);
    REQUIRE(other);
    REQUIRE(*other);
    CHECK((*other)->smallest.earlier.size() == 1);
    CHECK(mnemonics((*other)->smallest).size() == 1);
  }
}

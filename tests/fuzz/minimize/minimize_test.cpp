#include "fuzz/minimize/minimize.hpp"

#include "engine/guest/instructions.hpp"
#include "engine/tier/interpreter_machine.hpp"
#include "tests/oracle/comparison/faulty_machine.hpp"
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
  CHECK((*result)->explanation.signature.text() == "lw/register");
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

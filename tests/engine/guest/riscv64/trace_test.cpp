#include "engine/guest/riscv64/trace.hpp"

#include "tests/catch.hpp"
#include "tests/engine/guest/riscv64/vectors.hpp"

using namespace diptych;
using namespace diptych::riscv64;

namespace {

std::vector<Traced> trace_of(std::string_view text, u64 budget, std::string_view before = "") {
  Program program;
  program.code_address = code_at;
  program.code = code_of(text);
  program.memory = {std::begin(vector_memory), std::end(vector_memory)};
  Input input;
  input.state.words[pc_word] = code_at;
  set(input, before);
  Tracer tracer;
  std::vector<Traced> traced(7);
  tracer.trace(program, input, Budget{budget}, traced);
  return traced;
}

}  // namespace

TEST_CASE("a trace holds every instruction in the order it was begun") {
  const std::vector<Traced> traced = trace_of("c.beqz a0, 6; addi a0, a0, 1; addi a1, a1, 1", 10);
  REQUIRE(traced.size() == 2);
  CHECK(traced[0].decoded.row == row_named("c.beqz"));
  CHECK(traced[0].pc == code_at);
  CHECK(traced[1].pc == code_at + 6);
}

TEST_CASE("a trace ends with the budget, or with the instruction that stopped") {
  CHECK(trace_of("jal zero, 0", 5).size() == 5);
  CHECK(trace_of("jal zero, 0", 0).empty());
  const std::vector<Traced> stopped = trace_of("c.nop; lw a0, 0(zero); c.nop", 10);
  REQUIRE(stopped.size() == 2);
  CHECK(stopped[1].decoded.row == row_named("lw"));
  // What cannot be fetched is no instruction.
  CHECK(trace_of("jalr zero, 0(a0)", 10, "a0=0x50000").size() == 1);
}

#include "fuzz/generate/seed_cases.hpp"

#include "engine/tier/interpreter_machine.hpp"
#include "fuzz/generate/shape.hpp"
#include "tests/catch.hpp"

#include <cstring>

using namespace diptych;
using namespace diptych::fuzz;

TEST_CASE("each row has a case that executes it") {
  const std::vector<Case> cases = seed_cases();
  REQUIRE(cases.size() == shapes().size());
  const auto machine = make_interpreter_machine();
  int unchanged = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& some = cases[i];
    const Shape& shape = shapes()[i];
    INFO(shape.row->mnemonic());
    REQUIRE(check(some.program));
    REQUIRE(check(some.program, some.input));
    REQUIRE(machine->prepare(some.program));
    // A step at a time, looking at what each is.
    bool executed = false, ended = false;
    for (u64 steps = 0; steps < 4 && !ended; ++steps) {
      auto outcome = machine->run(some.input, Budget{steps}, Precision::precise);
      REQUIRE(outcome);
      ended = (*outcome)->stop.kind != StopKind::budget;
      const u64 at = (*outcome)->state.words[32] - some.program.code_address;
      if (at >= some.program.code.size()) continue;
      u32 word = 0;
      std::memcpy(&word, &some.program.code[at], std::min<std::size_t>(4, some.program.code.size() - at));
      executed = executed || row_of(word) == shape.index;
    }
    CHECK(executed);
    auto outcome = machine->run(some.input, some.budget, Precision::precise);
    REQUIRE(outcome);
    if (shape.flow == Flow::trap)
      CHECK((*outcome)->stop.kind != StopKind::end);
    else
      CHECK((*outcome)->stop.kind == StopKind::end);
    GuestState before = some.input.state;
    before.words[32] = (*outcome)->state.words[32];
    unchanged += before == (*outcome)->state && shape.flow == Flow::next && !shape.stores();
  }
  CHECK(unchanged <= 5);  // the fences, c.nop and pause
}

TEST_CASE("the cases are the same each time") { CHECK(seed_cases() == seed_cases()); }

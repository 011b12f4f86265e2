#include "oracle/comparison/vote.hpp"

#include "corpus/expect.hpp"
#include "engine/tier/interpreter_machine.hpp"
#include "tests/oracle/comparison/faulty_machine.hpp"
#include "tests/oracle/comparison/planted_fault.hpp"

using namespace diptych;

TEST_CASE("the one of three that is wrong is outvoted, and the others are believed") {
  for (std::size_t wrong : {0u, 1u, 2u}) {
    std::vector<std::unique_ptr<Machine>> machines;
    for (std::size_t i = 0; i < 3; ++i)
      if (i == wrong) machines.push_back(machine_with_unsigned_lw("faulty"));
      else machines.push_back(make_interpreter_machine());
    Explainer explainer;
    const Case some = block_with_load();
    auto statements = hear(some, machines, explainer);
    REQUIRE(statements.has_value());
    CHECK(outvoted(Guest::riscv64, *statements) == std::vector<std::string>{"faulty"});
    Case checked = some;
    checked.expect = majority_expectation(some, *statements);
    REQUIRE(checked.expect);
    for (std::size_t i = 0; i < 3; ++i) CHECK(unmet(checked, **(*statements)[i].outcome).empty() == (i != wrong));
  }
}

TEST_CASE("two that disagree have no majority") {
  std::vector<std::unique_ptr<Machine>> machines;
  machines.push_back(make_interpreter_machine());
  machines.push_back(machine_with_unsigned_lw("faulty"));
  Explainer explainer;
  const Case some = block_with_load();
  auto statements = hear(some, machines, explainer);
  REQUIRE(statements.has_value());
  CHECK(outvoted(Guest::riscv64, *statements).empty());
  CHECK_FALSE(majority_expectation(some, *statements));
}

TEST_CASE("a reference known to be wrong has no vote") {
  Statement known, wrong, right, first;
  Outcome outcome;
  first.outcome.emplace(outcome);
  right.outcome.emplace(outcome);
  outcome.state.words[10] = 1;
  known.outcome.emplace(outcome);
  wrong.outcome.emplace(outcome);
  first.machine = "first", right.machine = "right", known.machine = "known", wrong.machine = "wrong";
  wrong.explanation.verdict = Verdict::unexplained;
  known.explanation.verdict = Verdict::quirk;
  std::vector<Statement> statements;
  for (Statement* one : {&first, &wrong, &known, &right}) statements.push_back(std::move(*one));
  CHECK(outvoted(Guest::riscv64, statements) == std::vector<std::string>{"wrong"});
}

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
    // What one reference says and the other disputes is not stated.
    for (std::size_t i = 0; i < 3; ++i) CHECK(unmet(checked, **(*statements)[i].outcome).empty() == (i != wrong || wrong != 0));
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

namespace {

// amomin.w that compares the zero-extended word with all 64 bits, as Unicorn does: a declared quirk.
std::unique_ptr<FaultyMachine> machine_with_wide_minimum(std::string name) {
  return std::make_unique<FaultyMachine>(std::move(name), "amomin.w", [](GuestState& after, const riscv64::Decoded&) {
    after.words[riscv64::x_word + 14] = 1;
  });
}

// Loads what amomin.w left; the faulty machine shows it in a4.
Case block_with_minimum() {
  return parse_case(R"(case 1
guest riscv64
why amomin.w of a negative word
code 0x10000
  80c5a52f    amomin.w a0, a2, (a1)
memory 0x20000 size 0x1000 rw
  0x20010  ff ff ff ff
registers
  a1  0x0000000000020010
  a2  0x0000000000000005
  a4  0x0000000000000009
budget 20
)", "block.case").value();
}

std::vector<std::string> named_wrong(std::vector<std::unique_ptr<Machine>> machines, const Case& some, std::optional<Expectation>& expect) {
  Explainer explainer;
  auto statements = hear(some, machines, explainer);
  REQUIRE(statements.has_value());
  expect = majority_expectation(some, *statements);
  return outvoted(Guest::riscv64, *statements);
}

template <class... Each>
std::vector<std::unique_ptr<Machine>> line_up(Each... each) {
  std::vector<std::unique_ptr<Machine>> machines;
  (machines.push_back(std::move(each)), ...);
  return machines;
}

}  // namespace

TEST_CASE("a reference has no vote where its declared quirk concerns the case, though it agrees with the subject") {
  const Case some = block_with_minimum();
  std::optional<Expectation> expect;
  // The subject errs as Unicorn is known to, and the one reference that is right stands alone.
  CHECK(named_wrong(line_up(machine_with_wide_minimum("subject"), machine_with_wide_minimum("unicorn"), make_interpreter_machine()),
                    some, expect) == std::vector<std::string>{"subject"});
  REQUIRE(expect);
  Case checked = some;
  checked.expect = expect;
  const auto right = std::ranges::find(expect->registers, riscv64::x_word + 14, &ExpectedRegister::word);
  REQUIRE(right != expect->registers.end());
  CHECK(right->value == 9);  // which the run did not change, but the subject did
  // Without the quirk's reason to doubt it, two agree against one.
  CHECK(named_wrong(line_up(machine_with_wide_minimum("subject"), machine_with_wide_minimum("other"), make_interpreter_machine()),
                    some, expect) == std::vector<std::string>{"interp"});
}

TEST_CASE("an expectation states a zero that a machine has otherwise, and nothing that references dispute") {
  const auto with_a4 = [](std::string name, u64 value) {
    return std::make_unique<FaultyMachine>(std::move(name), "lw", [value](GuestState& after, const riscv64::Decoded&) {
      after.words[riscv64::x_word + 14] = value;
    });
  };
  Case some = block_with_load();
  some.program.code.resize(12);  // up to the load
  std::optional<Expectation> expect;
  const auto a4 = [&] {
    const auto at = std::ranges::find(expect->registers, riscv64::x_word + 14, &ExpectedRegister::word);
    return at == expect->registers.end() ? std::nullopt : std::optional(at->value);
  };
  CHECK(named_wrong(line_up(with_a4("wrong", 5), make_interpreter_machine(), make_interpreter_machine()), some, expect) ==
        std::vector<std::string>{"wrong"});
  REQUIRE(expect);
  CHECK(a4() == u64{0});
  CHECK(named_wrong(line_up(make_interpreter_machine(), with_a4("wrong", 5), make_interpreter_machine()), some, expect) ==
        std::vector<std::string>{"wrong"});
  REQUIRE(expect);
  CHECK_FALSE(a4());
}

TEST_CASE("where competent references side with a later stage, the first one is wrong") {
  Explainer explainer;
  const Case some = block_with_load();
  auto machines = line_up(machine_with_unsigned_lw("first"), make_interpreter_machine(), make_interpreter_machine());
  auto statements = hear(some, machines, explainer, 2);
  REQUIRE(statements.has_value());
  CHECK((*statements)[1].explanation.verdict == Verdict::upheld);
  CHECK((*statements)[2].explanation.verdict == Verdict::unexplained);
  CHECK(outvoted(Guest::riscv64, *statements) == std::vector<std::string>{"first"});
}

TEST_CASE("a stage that errs as a reference is known to is wrong, and not the first stage") {
  Explainer explainer;
  const Case some = block_with_minimum();
  auto machines = line_up(make_interpreter_machine(), machine_with_wide_minimum("jit"), machine_with_wide_minimum("unicorn"),
                          make_interpreter_machine());
  auto statements = hear(some, machines, explainer, 2);
  REQUIRE(statements.has_value());
  CHECK((*statements)[1].explanation.verdict == Verdict::unexplained);
  CHECK(outvoted(Guest::riscv64, *statements) == std::vector<std::string>{"jit"});
}

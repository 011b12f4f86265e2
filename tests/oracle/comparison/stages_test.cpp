// Which stage of several is named, and that one bug is one finding.
#include "oracle/comparison/stages.hpp"

#include "engine/tier/interpreter_machine.hpp"
#include "oracle/comparison/panel.hpp"
#include "oracle/comparison/vote.hpp"
#include "tests/oracle/comparison/faulty_machine.hpp"
#include "tests/oracle/comparison/planted_fault.hpp"

using namespace diptych;

namespace {

using Machines = std::vector<std::unique_ptr<Machine>>;

std::unique_ptr<FaultyMachine> right(std::string name) {
  return std::make_unique<FaultyMachine>(std::move(name), "none", [](GuestState&, const riscv64::Decoded&) {});
}

std::unique_ptr<FaultyMachine> wrong_at(std::string name, std::string mnemonic) {
  return std::make_unique<FaultyMachine>(std::move(name), std::move(mnemonic), [](GuestState& after, const riscv64::Decoded& decoded) {
    after.words[decoded.operands.rd] ^= 0x100;
  });
}

template <class... M>
Machines list(M... machines) {
  Machines all;
  (all.push_back(std::move(machines)), ...);
  return all;
}

struct Ran {
  Tally tally;
  std::vector<Finding> found;
};

Ran run(Machines subjects, Machines oracles, const Case& some = block_with_load(), std::size_t inputs = 1) {
  Ran ran;
  Panel panel(Guest::riscv64, std::move(subjects), std::move(oracles), ran.tally);
  const std::vector<Input> all(inputs, some.input);
  REQUIRE(panel.run(some.program, all, some.budget, [&](Finding f) { ran.found.push_back(std::move(f)); }));
  return ran;
}

std::vector<std::string> signatures(const Ran& ran) {
  std::vector<std::string> texts;
  for (const Finding& finding : ran.found) texts.push_back(finding.signature.text());
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("the first stage that parts is named, and those after it that say the same are not") {
  const Ran ran = run(list(make_interpreter_machine(), right("a"), machine_with_unsigned_lw("b"), machine_with_unsigned_lw("c")),
                      list(make_interpreter_machine()));
  REQUIRE(signatures(ran) == Texts{"b/lw/register"});
  CHECK(ran.found[0].subject == "b");
  CHECK(ran.found[0].reference == "a");
  CHECK(ran.found[0].replays);
  REQUIRE(ran.found[0].smallest);
  CHECK(ran.found[0].smallest->program.code.size() == 4);
  for (std::size_t i = 0; i < 5; ++i) CHECK(ran.tally.machines[i].compared == 1);
  CHECK(ran.tally.machines[2].unexplained == 1);
  CHECK(ran.tally.machines[3].unexplained == 0);
  CHECK(ran.tally.machines[4].unexplained == 0);
}

TEST_CASE("a stage that is right again parts from nobody") {
  const Ran ran = run(list(make_interpreter_machine(), machine_with_unsigned_lw("b"), right("c")), list(make_interpreter_machine()));
  CHECK(signatures(ran) == Texts{"b/lw/register"});
}

TEST_CASE("a second fault in a later stage is a second finding") {
  auto both = std::make_unique<FaultyMachine>("c", "", [](GuestState& after, const riscv64::Decoded& decoded) {
    if (decoded.row->mnemonic() == "lw") after.words[decoded.operands.rd] &= 0xffffffff;
    if (decoded.row->mnemonic() == "sub") ++after.words[decoded.operands.rd];
  });
  const Ran ran = run(list(make_interpreter_machine(), machine_with_unsigned_lw("b"), std::move(both)), {});
  CHECK(signatures(ran) == Texts{"b/lw/register", "c/sub/register"});
}

TEST_CASE("where all stages agree, it is the meaning that a reference parts from") {
  const Ran ran = run(list(make_interpreter_machine(), right("a")), list(machine_with_unsigned_lw("reference")));
  REQUIRE(signatures(ran) == Texts{"interp/lw/register"});
  CHECK(ran.found[0].subject == "interp");
  CHECK(ran.found[0].reference == "reference");
}

TEST_CASE("a stage and a reference that are wrong each in their own way are two findings") {
  const Ran ran = run(list(make_interpreter_machine(), wrong_at("a", "sub")), list(machine_with_unsigned_lw("reference")));
  CHECK(signatures(ran) == Texts{"a/sub/register", "interp/lw/register"});
}

TEST_CASE("a stage that the references uphold is not the one at fault") {
  const Ran ran = run(list(machine_with_unsigned_lw("first"), right("second")), list(right("reference")));
  CHECK(signatures(ran) == Texts{"first/lw/register"});
  // But where one sides with the first, all that is known is that the stages part.
  const Ran split = run(list(machine_with_unsigned_lw("first"), right("second")),
                        list(right("reference"), machine_with_unsigned_lw("other")));
  CHECK(signatures(split) == Texts{"second/lw/register", "first/lw/register"});
}

TEST_CASE("a fault that shows only once code has been run before is found and shown again") {
  auto warm = machine_with_unsigned_lw("warm");
  warm->only_after(1);
  const Ran ran = run(list(make_interpreter_machine(), std::move(warm)), {}, block_with_load(), 2);
  REQUIRE(signatures(ran) == Texts{"warm/lw/register"});
  CHECK(ran.found[0].replays);
  CHECK(ran.found[0].raw.earlier.empty());
}

TEST_CASE("a fault that takes the runs before it is a finding that has them") {
  auto late = machine_with_unsigned_lw("late");
  late->only_after(20);
  const Ran ran = run(list(make_interpreter_machine(), std::move(late)), {}, block_with_load(), 32);
  REQUIRE(ran.found.size() == 2);
  CHECK(ran.found[0].signature.text() == "late/several/register");
  CHECK(ran.found[0].replays);
  CHECK(ran.found[0].raw.earlier.size() == 20);
  CHECK(ran.found[0].count + ran.found[1].count == 12);
  // And so it replays.
  late = machine_with_unsigned_lw("late");
  late->only_after(20);
  const Machines machines = list(make_interpreter_machine(), std::move(late));
  Explainer explainer;
  for (const bool whole : {true, false}) {
    Case some = ran.found[0].raw;
    if (!whole) some.earlier.resize(10);
    const auto statements = hear(some, machines, explainer, 2);
    REQUIRE(statements);
    CHECK(((*statements)[1].explanation.verdict == Verdict::unexplained) == whole);
  }
}

TEST_CASE("references run the inputs of a case in order, too") {
  auto late = machine_with_unsigned_lw("late");
  late->only_after(5);
  const Machines machines = list(make_interpreter_machine(), std::move(late));
  Explainer explainer;
  Case some = block_with_load();
  for (const std::size_t before : {4u, 5u}) {
    some.earlier.assign(before, some.input);
    const auto statements = hear(some, machines, explainer);
    REQUIRE(statements);
    CHECK(((*statements)[1].explanation.verdict == Verdict::unexplained) == (before == 5));
  }
}

TEST_CASE("a machine that says two things of one case is heard as flaky") {
  u64 runs = 0;
  const Machines machines = list(make_interpreter_machine(),
                                 std::make_unique<FaultyMachine>("flaky", "lw", [&runs](GuestState& after, const riscv64::Decoded&) {
                                   after.words[12] ^= runs++ == 0;
                                 }));
  Explainer explainer;
  const auto statements = hear(block_with_load(), machines, explainer);
  REQUIRE(statements);
  CHECK((*statements)[1].explanation.verdict == Verdict::flaky);
  CHECK((*statements)[1].explanation.signature.text() == "interp/flaky/register");
  CHECK(outvoted(Guest::riscv64, *statements).empty());
}

TEST_CASE("a fault of two instructions has none named") {
  const Ran ran = run(list(make_interpreter_machine(), machine_with_wrong_pair("a")), {});
  CHECK(signatures(ran) == Texts{"a/several/register"});
}

TEST_CASE("a machine with known faults is no stage") {
  CHECK(is_exact(right("a")->describe(), Guest::riscv64));
  CHECK_FALSE(is_exact(right("unicorn")->describe(), Guest::riscv64));
  auto vague = right("a");
  vague->description().counts_retired = false;
  CHECK_FALSE(is_exact(vague->describe(), Guest::riscv64));
}

TEST_CASE("hearing names the stage, and the stages are one voice") {
  const Machines machines = list(make_interpreter_machine(), right("a"), machine_with_unsigned_lw("b"), machine_with_unsigned_lw("c"),
                                 right("reference"));
  Explainer explainer;
  const auto heard = hear(block_with_load(), machines, explainer, 4);
  REQUIRE(heard.has_value());
  const std::vector<Statement>& s = *heard;
  CHECK(parting_stages(s) == Texts{"b"});
  CHECK(s[1].follows == 0u);
  CHECK(s[2].explanation.signature.text() == "b/lw/register");
  CHECK(s[2].from == "a");
  CHECK(s[3].explanation.verdict == Verdict::follows);
  CHECK(s[3].follows == 2u);
  // Three voices: the first stage, the reference, and the one that parts.
  CHECK(outvoted(Guest::riscv64, s) == Texts{"b"});
}

TEST_CASE("hearing blames the first stage where the references say so") {
  const Machines machines = list(machine_with_unsigned_lw("first"), right("second"), right("reference"));
  Explainer explainer;
  const auto heard = hear(block_with_load(), machines, explainer, 2);
  REQUIRE(heard.has_value());
  CHECK((*heard)[1].explanation.verdict == Verdict::upheld);
  CHECK(parting_stages(*heard) == Texts{"first"});
  CHECK(outvoted(Guest::riscv64, *heard) == Texts{"first"});
}

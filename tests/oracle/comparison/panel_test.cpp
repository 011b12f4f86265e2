#include "oracle/comparison/panel.hpp"

#include "engine/tier/interpreter_machine.hpp"
#include "tests/oracle/comparison/faulty_machine.hpp"
#include "tests/oracle/comparison/planted_fault.hpp"
#include "tests/oracle/comparison/stored_words.hpp"

using namespace diptych;

namespace {

std::vector<Finding> run(std::unique_ptr<Machine> oracle, const Case& some, Tally& tally) {
  std::vector<std::unique_ptr<Machine>> subjects, oracles;
  subjects.push_back(make_interpreter_machine());
  oracles.push_back(std::move(oracle));
  Panel panel(Guest::riscv64, std::move(subjects), std::move(oracles), tally);
  std::vector<Finding> found;
  REQUIRE(panel.run(some.program, std::span(&some.input, 1), some.budget, [&](Finding f) { found.push_back(std::move(f)); }));
  return found;
}

}  // namespace

TEST_CASE("a planted fault is found, and its instruction named") {
  Tally tally;
  const std::vector<Finding> found = run(machine_with_unsigned_lw("faulty"), block_with_load(), tally);
  REQUIRE(found.size() == 1);
  CHECK(found[0].signature.text() == "interp/lw/register");
  CHECK(found[0].subject == "interp");
  CHECK(found[0].reference == "faulty");
  REQUIRE(found[0].smallest);
  CHECK(found[0].smallest->program.code.size() == 4);
  CHECK(tally.runs == 1);
  CHECK(tally.executions == 2);
  CHECK(tally.reruns == 1);
  CHECK(tally.machines[1].compared == 1);
  CHECK(tally.machines[1].unexplained == 1);
}

TEST_CASE("machines that agree give no finding") {
  Tally tally;
  CHECK(run(make_interpreter_machine(), block_with_load(), tally).empty());
  CHECK(tally.machines[1].compared == 1);
  CHECK(tally.fields_compared == tally.fields_all);
}

TEST_CASE("a machine that is wrong only when fast is unsteady") {
  Tally tally;
  auto machine = machine_with_unsigned_lw("faulty");
  machine->only_when_fast();
  CHECK(run(std::move(machine), block_with_load(), tally).empty());
  CHECK(tally.machines[1].unsteady == 1);
}

TEST_CASE("a machine without an extension abstains, and that is counted") {
  Tally tally;
  auto machine = machine_with_unsigned_lw("faulty");
  machine->description().guests[0].extensions = 0;
  CHECK(run(std::move(machine), block_with_load(), tally).empty());
  CHECK(tally.machines[1].compared == 0);
  CHECK(tally.machines[1].abstained[std::size_t(Abstention::extension)] == 1);
  CHECK(tally.fields_compared == 0);
}

TEST_CASE("a machine that runs elsewhere is asked when the others are done, and each run held against its own") {
  const Case some = block_that_stores();
  const std::vector<Input> inputs = inputs_that_store(some, 5);
  for (const bool wrong : {false, true}) {
    Tally tally;
    std::vector<std::unique_ptr<Machine>> subjects, oracles;
    u64 runs_here = 0, runs_elsewhere = 0;
    bool last = true;
    auto away = std::make_unique<FaultyMachine>("away", "lw", [&, wrong](GuestState& after, const riscv64::Decoded&) {
      last &= runs_here >= inputs.size();
      if (++runs_elsewhere == 3 && wrong) after.words[riscv64::x_word + 12] ^= 1;
    });
    away->description().runs_elsewhere = true;
    oracles.push_back(std::move(away));
    oracles.push_back(std::make_unique<FaultyMachine>("here", "lw", [&](GuestState&, const riscv64::Decoded&) { ++runs_here; }));
    subjects.push_back(make_interpreter_machine());
    Panel panel(Guest::riscv64, std::move(subjects), std::move(oracles), tally);
    std::vector<Finding> found;
    REQUIRE(panel.run(some.program, inputs, some.budget, [&](Finding f) { found.push_back(std::move(f)); }));
    CHECK(last);
    CHECK(tally.runs == 5);
    CHECK(tally.executions == 15);
    CHECK(tally.machines[0].compared == 5);
    CHECK(tally.machines[1].compared == 5);
    CHECK(tally.fields_compared == tally.fields_all);
    CHECK(tally.machines[1].unsteady == (wrong ? 1 : 0));
    CHECK(tally.reruns == (wrong ? 1 : 0));
    CHECK(found.empty());
  }
}

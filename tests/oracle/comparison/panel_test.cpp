#include "oracle/comparison/panel.hpp"

#include "corpus/expect.hpp"
#include "engine/tier/interpreter_machine.hpp"
#include "oracle/unicorn/unicorn_machine.hpp"
#include "oracle/machines.hpp"
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

TEST_CASE("a machine that is wrong only when fast is a finding that replays") {
  Tally tally;
  auto machine = machine_with_unsigned_lw("faulty");
  machine->only_when_fast();
  const std::vector<Finding> found = run(std::move(machine), block_with_load(), tally);
  REQUIRE(found.size() == 1);
  CHECK(found[0].signature.text() == "interp/several/register");
  CHECK(found[0].replays);
  CHECK(tally.machines[1].unsteady == 0);
  CHECK(tally.machines[1].unexplained == 1);
}

namespace {

Case block_that_faults() {
  Case some = block_with_load();
  some.input.state.words[riscv64::x_word + 10] = 0x50000;
  return some;
}

}  // namespace

TEST_CASE("what a machine does not promise of a fast run is no finding, and all else is") {
  struct Spoiled {
    const char* what;
    std::function<void(Outcome&)> spoil;
    bool promised;
  };
  const Spoiled all[] = {
      {"pc", [](Outcome& outcome) { outcome.state.words[riscv64::pc_word] = 0x10000; }, false},
      {"address", [](Outcome& outcome) { outcome.stop.address = 0; }, false},
      {"retired", [](Outcome& outcome) { outcome.retired.reset(); }, false},
      {"register", [](Outcome& outcome) { outcome.state.words[riscv64::x_word + 11] ^= 1; }, true},
      {"stop", [](Outcome& outcome) { outcome.stop = {}; }, true},
  };
  for (const Spoiled& one : all)
    for (const bool promises : {true, false}) {
      INFO(one.what << (promises ? " of a machine that promises" : " of one that does not"));
      auto machine = std::make_unique<FaultyMachine>("hasty", "none", [](GuestState&, const riscv64::Decoded&) {});
      machine->spoil([&one](Outcome& outcome, Precision precision) {
        if (precision == Precision::fast) one.spoil(outcome);
      });
      machine->description().counts_retired = false;  // or a fault would be asked for precisely at once
      if (!promises) machine->never_exact_when_fast();
      Tally tally;
      const std::vector<Finding> found = run(std::move(machine), block_that_faults(), tally);
      CHECK(found.size() == std::size_t(one.promised && promises));
      CHECK(tally.machines[1].unexplained == u64(one.promised && promises));
      CHECK(tally.machines[1].flaky == 0);
    }
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

TEST_CASE("what the first machine lacks is compared on no machine") {
  Tally tally;
  std::vector<std::unique_ptr<Machine>> subjects, oracles;
  auto narrow = machine_with_unsigned_lw("narrow");
  narrow->description().guests[0].extensions = 0;
  subjects.push_back(std::move(narrow));
  oracles.push_back(make_interpreter_machine());
  Panel panel(Guest::riscv64, std::move(subjects), std::move(oracles), tally);
  const Case some = block_with_load();
  const auto found = [](Finding) { FAIL("nothing was to be compared"); };
  REQUIRE(panel.run(some.program, std::span(&some.input, 1), some.budget, found));
  CHECK(tally.runs == 1);
  for (const MachineTally& machine : {tally.machines[0], tally.machines[1]}) {
    CHECK(machine.compared == 0);
    CHECK(machine.abstained[std::size_t(Abstention::extension)] == 1);
  }
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
    CHECK(tally.machines[1].unsteady == 0);
    CHECK(tally.machines[1].flaky == (wrong ? 1 : 0));
    CHECK(tally.reruns == (wrong ? 1 : 0));
    REQUIRE(found.size() == (wrong ? 1 : 0));
    if (!wrong) continue;
    CHECK(found[0].signature.text() == "interp/flaky/register");
    CHECK_FALSE(found[0].replays);
    CHECK(found[0].raw.earlier == std::vector<Input>(inputs.begin(), inputs.begin() + 2));
  }
}

namespace {

std::unique_ptr<FaultyMachine> machine_wrong_in_run(std::string name, u64 number, u64& runs) {
  return std::make_unique<FaultyMachine>(std::move(name), "lw", [number, &runs](GuestState& after, const riscv64::Decoded&) {
    if (++runs == number) after.words[riscv64::x_word + 12] ^= 1;
  });
}

}  // namespace

TEST_CASE("each stage runs the whole batch before the next one, and what parts only then is still found") {
  const Case some = block_that_stores();
  const std::vector<Input> inputs = inputs_that_store(some, 5);
  Tally tally;
  u64 runs_first = 0, runs_second = 0;
  bool in_turn = true;
  std::vector<std::unique_ptr<Machine>> subjects, oracles;
  subjects.push_back(make_interpreter_machine());
  subjects.push_back(machine_wrong_in_run("first", 3, runs_first));
  subjects.push_back(std::make_unique<FaultyMachine>("second", "lw", [&](GuestState&, const riscv64::Decoded&) {
    in_turn &= runs_first >= inputs.size();
    ++runs_second;
  }));
  Panel panel(Guest::riscv64, std::move(subjects), std::move(oracles), tally);
  std::vector<Finding> found;
  REQUIRE(panel.run(some.program, inputs, some.budget, [&](Finding f) { found.push_back(std::move(f)); }));
  CHECK(in_turn);
  CHECK(runs_second >= inputs.size());
  // The second parts from the first where that is wrong, and says what the one before both said: one finding.
  REQUIRE(found.size() == 1);
  CHECK(found[0].subject == "first");
  CHECK(found[0].reference == "interp");
  CHECK(found[0].signature.text() == "first/flaky/register");
  CHECK_FALSE(found[0].replays);
  CHECK(found[0].raw.input == inputs[2]);
  CHECK(found[0].raw.earlier.size() == 2);
  CHECK(tally.machines[1].unexplained == 0);
  CHECK(tally.machines[1].flaky == 1);
  CHECK(tally.machines[2].unexplained == 0);
  CHECK(tally.executions == 15);
}

TEST_CASE("where a reference sides with a later stage it is the first stage that is wrong") {
  Tally tally;
  std::vector<std::unique_ptr<Machine>> subjects, oracles;
  subjects.push_back(machine_with_unsigned_lw("wrong"));
  subjects.push_back(make_interpreter_machine());
  oracles.push_back(make_interpreter_machine());
  Panel panel(Guest::riscv64, std::move(subjects), std::move(oracles), tally);
  std::vector<Finding> found;
  const Case some = block_with_load();
  REQUIRE(panel.run(some.program, std::span(&some.input, 1), some.budget, [&](Finding f) { found.push_back(std::move(f)); }));
  REQUIRE(found.size() == 1);
  CHECK(found[0].subject == "wrong");
  CHECK(found[0].signature.text() == "wrong/lw/register");
}

TEST_CASE("where stages part, a reference's known fault does not speak for the first of them") {
  Case some = block_with_load();
  some.program.code.insert(some.program.code.end(), {0xd3, 0x75, 0xa5, 0x00});  // fadd.s fa1, fa0, fa0: not boxed
  some.input.state.words[riscv64::f_word + 10] = 0x3f800000;
  for (const bool wrong_first : {true, false}) {
    Tally tally;
    std::vector<std::unique_ptr<Machine>> subjects, oracles;
    if (wrong_first) subjects.push_back(machine_with_unsigned_lw("wrong"));
    subjects.push_back(make_interpreter_machine());
    auto unicorn = make_unicorn_machine();
    REQUIRE(unicorn);
    oracles.push_back(std::move(*unicorn));
    Panel panel(Guest::riscv64, std::move(subjects), std::move(oracles), tally);
    std::vector<Finding> found;
    REQUIRE(panel.run(some.program, std::span(&some.input, 1), some.budget, [&](Finding f) { found.push_back(std::move(f)); }));
    if (wrong_first) {
      CHECK(std::ranges::any_of(found, [](const Finding& f) { return f.subject == "wrong" && f.reference == "unicorn"; }));
    } else {
      CHECK(found.empty());
      CHECK(tally.machines[1].quirk == 1);
    }
  }
}

TEST_CASE("a quirk that a machine should show and does not is counted, until it is met once") {
  // amomin.w of -1 and 5: Unicorn is known to take the word for an unsigned one.
  const Case some = parse_case("case 1\nguest riscv64\nwhy amomin.w\ncode 0x10000\n  80c5a52f\nmemory 0x20000 size 0x1000 rw\n"
                               "  0x20010  ff ff ff ff\nregisters\n  a1  0x20010\n  a2  0x5\nbudget 20\n", "a.case").value();
  const auto quirks = all_quirks();
  const auto index = std::size_t(std::ranges::find(quirks, "unicorn-word-minimum-wide", &Quirk::name) - quirks.begin());
  REQUIRE(index < quirks.size());
  for (const bool repaired : {true, false}) {
    Tally tally;
    std::vector<std::unique_ptr<Machine>> subjects, oracles;
    subjects.push_back(make_interpreter_machine());
    if (repaired) oracles.push_back(std::make_unique<FaultyMachine>("unicorn", "none", [](GuestState&, const riscv64::Decoded&) {}));
    else oracles.push_back(std::move(*make_machine("unicorn", Guest::riscv64)));
    Panel panel(Guest::riscv64, std::move(subjects), std::move(oracles), tally);
    for (int i = 0; i < 32; ++i)
      REQUIRE(panel.run(some.program, std::span(&some.input, 1), some.budget, [](Finding) { FAIL("a known quirk"); }));
    CHECK(tally.quirk_misses[index] == (repaired ? 32 : 0));
    CHECK(tally.quirk_shown[index] == (repaired ? 0 : 1));
    CHECK(tally.quirk_hits[index] == (repaired ? 0 : 32));
  }
}

TEST_CASE("a counter that does not read the number of instructions before it is found by the budget") {
  // The loop reads instret twice, and what it read first is gone at its end.
  const Case some = parse_case("case 1\nguest riscv64\nwhy counters\ncode 0x10000\n  4589\n  c0202573\n  15fd\n  fded\n"
                               "budget 50\n", "c.case").value();
  for (const u64 wrong : {u64{0}, u64{1}}) {
    Tally tally;
    std::vector<std::unique_ptr<Machine>> subjects, oracles;
    subjects.push_back(std::make_unique<FaultyMachine>("interp", "csrrs", [wrong](GuestState& after, const riscv64::Decoded&) {
      after.words[riscv64::x_word + 10] += wrong;
    }));
    Panel panel(Guest::riscv64, std::move(subjects), std::move(oracles), tally);
    std::vector<Finding> found;
    REQUIRE(panel.run(some.program, std::span(&some.input, 1), some.budget, [&](Finding f) { found.push_back(std::move(f)); }));
    REQUIRE(found.size() == wrong);
    if (wrong == 0) continue;
    CHECK(found[0].signature.text() == "interp/csrrs/register");
    CHECK(found[0].reference == "budget");
    CHECK(found[0].raw.budget.instructions == 2);
    REQUIRE(found[0].raw.expect);
    // As a case it fails on a machine that is wrong, and holds on one that is right.
    const auto right = make_interpreter_machine();
    REQUIRE(right->prepare(some.program));
    const auto ran = right->run(found[0].raw.input, found[0].raw.budget, Precision::precise);
    REQUIRE(ran.has_value());
    CHECK(unmet(found[0].raw, **ran).empty());
  }
}

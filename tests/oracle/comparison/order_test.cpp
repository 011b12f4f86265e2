// What machines say of a case does not depend on the cases they ran before it.
#include "corpus/files.hpp"
#include "engine/tier/interpreter_machine.hpp"
#include "oracle/comparison/stages.hpp"
#include "oracle/comparison/vote.hpp"
#include "oracle/machines.hpp"
#include "tests/catch.hpp"
#include "tests/oracle/comparison/long_block_machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>

using namespace diptych;

namespace {

using Machines = std::vector<std::unique_ptr<Machine>>;

// All that a statement holds and that is the same in each run of the case, as text.
std::string text_of(Guest guest, const Statement& statement) {
  std::string text = fmt::format("{}: {} {}\n", statement.machine, name_of(statement.explanation.verdict), statement.unable);
  // References read the host's clock where they should not.
  if (statement.explanation.verdict == Verdict::quirk) return text;
  if (statement.explanation.verdict == Verdict::unexplained) text += statement.explanation.signature.text() + "\n";
  for (const Difference& one : statement.differences) text += fmt::format("{} {} {}\n", one.name, one.left, one.right);
  if (!statement.outcome) return text;
  const Outcome& outcome = **statement.outcome;
  text += fmt::format("{} {}\n", describe(outcome.stop), outcome.retired.value_or(~u64{0}));
  if (outcome.stop.kind == StopKind::runaway) return text;  // ended by the clock
  for (std::size_t word = 0; word < state_words(guest); ++word) text += fmt::format("{:x} ", outcome.state.words[word]);
  for (const MemoryView& view : outcome.memory)
    for (std::size_t i = 0; i < view.bytes.size(); ++i)
      if (view.bytes[i] != 0) text += fmt::format("{:x}:{:02x} ", view.address + i, view.bytes[i]);
  return text;
}

// What is said of each case, by its number, when they are replayed in this order.
std::map<std::size_t, std::string> replay(const std::vector<Case>& cases, const std::vector<std::size_t>& order,
                                          const Machines& machines, std::size_t stages) {
  Explainer explainer;
  std::map<std::size_t, std::string> said;
  for (std::size_t number : order) {
    auto statements = hear(cases[number], machines, explainer, stages);
    if (!statements) {
      said[number] = statements.error().message;
      continue;
    }
    for (const Statement& statement : *statements) said[number] += text_of(cases[number].guest(), statement);
  }
  return said;
}

std::vector<std::vector<std::size_t>> orders(std::size_t count) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<std::vector<std::size_t>> all{order};
  std::ranges::reverse(order);
  all.push_back(order);
  std::mt19937_64 random(10);
  std::ranges::shuffle(order, random);
  all.push_back(order);
  return all;
}

void require_same_in_all_orders(const std::vector<Case>& cases, const Machines& machines, std::size_t stages) {
  const auto all = orders(cases.size());
  const auto first = replay(cases, all.front(), machines, stages);
  for (std::size_t i = 1; i < all.size(); ++i)
    for (const auto& [number, said] : replay(cases, all[i], machines, stages)) {
      INFO("order " << i << ", case " << number << ": " << cases[number].why);
      REQUIRE(said == first.at(number));
    }
}

Case first_instructions(std::size_t count) {
  Case some;
  some.why = fmt::format("{} instructions", count);
  some.program.code_address = 0x10000;
  for (std::size_t i = 0; i < count; ++i)
    some.program.code.insert(some.program.code.end(), {0x93, 0x85, 0x15, 0x00});  // addi a1, a1, 1
  some.input.state.words[32] = 0x10000;
  some.budget = {100};
  return some;
}

}  // namespace

TEST_CASE("the corpus says the same in every order") {
  const auto files = list_cases(std::filesystem::path(DIPTYCH_SOURCE_DIR) / "corpus");
  REQUIRE(files);
  std::vector<Case> cases;
  for (const auto& file : *files) cases.push_back(read_case(file).value());
  REQUIRE(cases.size() > 300);
  auto machines = make_machines(subject_list("all", Guest::riscv64), Guest::riscv64);
  REQUIRE(machines);
  const std::size_t stages = count_stages(*machines, Guest::riscv64);
  auto references = make_machines(oracle_list("all", Guest::riscv64), Guest::riscv64);
  REQUIRE(references);
  std::ranges::move(*references, std::back_inserter(*machines));
  require_same_in_all_orders(cases, *machines, stages);
}

TEST_CASE("a fault in long blocks shows after a case that cuts the same code short") {
  std::vector<Case> cases;
  for (std::size_t count = 1; count <= 6; ++count) cases.push_back(first_instructions(count));
  Machines machines;
  machines.push_back(make_interpreter_machine());
  machines.push_back(std::make_unique<LongBlockMachine>("long", 3));
  require_same_in_all_orders(cases, machines, 2);
  Explainer explainer;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto statements = hear(cases[i], machines, explainer, 2);
    REQUIRE(statements);
    CHECK(((*statements)[1].explanation.verdict == Verdict::unexplained) == (i + 1 >= 3));
  }
}

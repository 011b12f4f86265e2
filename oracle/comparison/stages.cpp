#include "oracle/comparison/stages.hpp"

#include "engine/guest/instructions.hpp"
#include "oracle/comparison/one_instruction.hpp"
#include "oracle/quirks/quirk.hpp"

#include <algorithm>

namespace diptych {
namespace {

// Once to translate, once to link what was translated, once to run that.
constexpr int runs_of_a_case = 3;
// A loop meets the same instructions again; in so many steps it has met all of them in many states.
constexpr u64 most_steps = 512;

std::vector<const Outcome*> pointers(const std::vector<std::optional<KeptOutcome>>& kept) {
  std::vector<const Outcome*> outcomes;
  for (const std::optional<KeptOutcome>& one : kept) outcomes.push_back(one ? &**one : nullptr);
  return outcomes;
}

// The last stage before this one that was asked; itself, if none was.
std::size_t stage_before(std::span<const Outcome* const> outcomes, std::size_t stage) {
  for (std::size_t before = stage; before-- > 0;)
    if (outcomes[before]) return before;
  return stage;
}

}  // namespace

bool is_exact(const Description& description, Guest guest) {
  return description.counts_retired && description.exact_budget && description.hides_code_end &&
         std::ranges::none_of(all_quirks(), [&](const Quirk& quirk) {
           return quirk.machine == description.name && quirk.guest == guest;
         });
}

std::size_t count_stages(std::span<const std::unique_ptr<Machine>> subjects, Guest guest) {
  std::size_t count = 1;
  while (count < subjects.size() && is_exact(subjects[count]->describe(), guest)) ++count;
  return count;
}

std::vector<std::size_t> origins(Guest guest, std::span<const Outcome* const> outcomes) {
  std::vector<std::size_t> origin(outcomes.size());
  for (std::size_t stage = 0; stage < outcomes.size(); ++stage) {
    origin[stage] = stage;
    if (!outcomes[stage]) continue;
    // The nearest is the likeliest to say the same.
    for (std::size_t before = stage; before-- > 0;)
      if (outcomes[before] && agree(guest, *outcomes[before], *outcomes[stage])) {
        origin[stage] = origin[before];
        break;
      }
  }
  return origin;
}

bool all_agree(Guest guest, std::span<const Outcome* const> outcomes) {
  const Outcome* before = nullptr;
  for (const Outcome* outcome : outcomes) {
    if (!outcome) continue;
    if (before && !agree(guest, *before, *outcome)) return false;
    before = outcome;
  }
  return true;
}

Result<std::vector<std::optional<KeptOutcome>>> Stages::run(const Case& some, std::size_t count) {
  std::vector<std::optional<KeptOutcome>> outcomes;
  outcomes.reserve(count);  // they are pointed at
  const std::vector<Input> inputs = some.all_inputs();
  const std::size_t last = inputs.size() - 1;
  const Outcome* before = nullptr;
  for (std::size_t stage = 0; stage < count; ++stage) {
    Machine& machine = *machines_[stage];
    std::optional<KeptOutcome>& kept = outcomes.emplace_back();
    if (auto prepared = machine.prepare(some.program); !prepared) {
      if (prepared.error().kind == ErrorKind::unsupported) continue;
      return std::unexpected(std::move(prepared).error());
    }
    if (auto begun = machine.begin(inputs, some.budget); !begun) return std::unexpected(std::move(begun).error());
    for (std::size_t index = 0; index < last; ++index)
      if (auto ran = machine.outcome(index, Precision::precise); !ran) return std::unexpected(std::move(ran).error());
    for (int time = 0; time < runs_of_a_case; ++time) {
      Result<const Outcome*> ran = machine.outcome(last, Precision::precise);
      if (!ran) return std::unexpected(std::move(ran).error());
      const bool parts = before && !agree(some.guest(), *before, **ran);
      if (parts || time == 0) kept.emplace(**ran);
      if (parts) break;
    }
    before = &**kept;
  }
  return outcomes;
}

bool Stages::parts_first(const Case& some, std::size_t stage) {
  const auto kept = run(some, stage + 1);
  if (!kept) return false;
  const std::vector<const Outcome*> outcomes = pointers(*kept);
  return outcomes[stage] && all_agree(some.guest(), std::span(outcomes).first(stage)) &&
         !all_agree(some.guest(), outcomes);
}

std::optional<Stages::Parting> Stages::trace(const Case& some, std::size_t stage) {
  const auto kept = run(some, stage + 1);
  if (!kept) return std::nullopt;
  const Guest guest = some.guest();
  const std::vector<const Outcome*> outcomes = pointers(*kept);
  const std::size_t before = stage_before(outcomes, stage);
  if (!outcomes[stage] || before == stage || origins(guest, outcomes)[stage] != stage) return std::nullopt;

  Parting parting{.signature = {"several", differences(guest, *outcomes[before], *outcomes[stage]).front().kind, name(stage)},
                  .from = name(before),
                  .smallest = std::nullopt};
  // The evaluator goes through the run one instruction at a time, and each instruction is put to both
  // stages as a program of its own.
  Stages pair({machines_[before], machines_[stage]});
  walker_.prepare(some.program);
  walker_.start(some.input);
  std::vector<MemoryView> views;
  view_writable(walker_.areas(), views);
  riscv64::Interpreter& walker = walker_.interpreter();
  for (u64 step = 0; step < std::min(some.budget.instructions, most_steps); ++step) {
    std::optional<Case> one = one_instruction_case(some.program, walker.hart.state, views);
    if (!one) return parting;
    if (pair.parts_first(*one, 1)) {
      const auto alone = pair.run(*one, 2);
      const std::vector<Difference> found = differences(guest, **(*alone)[0], **(*alone)[1]);
      parting.signature.instruction = instruction_at(guest, one->program.code)->mnemonic;
      if (!found.empty()) parting.signature.kind = found.front().kind;
      parting.smallest = std::move(one);
      return parting;
    }
    if (walker.run({1}).kind != StopKind::budget) return parting;
  }
  return parting;
}

}  // namespace diptych

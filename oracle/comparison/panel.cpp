#include "oracle/comparison/panel.hpp"

#include "engine/guest/instructions.hpp"

#include <x86intrin.h>

#include <algorithm>

namespace diptych {
namespace {

// More than these a batch and machine are one bug met again: they are counted with the first.
constexpr std::size_t looked_into = 2;

}  // namespace

std::string_view name_of(Abstention why) {
  switch (why) {
    case Abstention::extension: return "extension";
    case Abstention::placement: return "placement";
    case Abstention::budget: return "budget";
    case Abstention::bounds: return "bounds";
    case Abstention::lost: return "lost";
  }
  return "unknown";
}

Panel::Panel(Guest guest, std::vector<std::unique_ptr<Machine>> subjects,
             std::vector<std::unique_ptr<Machine>> oracles, Tally& tally)
    : guest_(guest), primary_(std::move(subjects.front())), tally_(tally) {
  for (std::size_t i = 1; i < subjects.size(); ++i) others_.emplace_back().machine = std::move(subjects[i]);
  for (std::unique_ptr<Machine>& oracle : oracles) {
    others_.emplace_back().machine = std::move(oracle);
    others_.back().oracle = true;
  }
}

void Panel::abstain(std::size_t which, Abstention why, u64 runs) {
  tally_.machines[which].abstained[std::size_t(why)] += runs;
  others_[which].active = false;
}

void Panel::count(std::size_t which, const Explanation& explanation, u64 runs) {
  MachineTally& tally = tally_.machines[which];
  switch (explanation.verdict) {
    case Verdict::agree: break;
    case Verdict::open: tally.open += runs; break;
    case Verdict::quirk: tally.quirk += runs; break;
    case Verdict::unsteady: tally.unsteady += runs; break;
    case Verdict::unexplained: tally.unexplained += runs; break;
    case Verdict::beyond:
      tally.compared -= runs;
      tally.abstained[std::size_t(explanation.abstention)] += runs;
      break;
  }
  const std::string& name = others_[which].machine->describe().name;
  const std::span<const Quirk> quirks = all_quirks();
  for (std::size_t i = 0; i < quirks.size() && i < Tally::most_quirks; ++i) {
    const bool modelled = quirks[i].deviation && quirks[i].machine == name && ((explanation.deviations >> *quirks[i].deviation) & 1);
    if (modelled || std::ranges::find(explanation.quirks, &quirks[i]) != explanation.quirks.end())
      tally_.quirk_hits[i] += runs;
  }
}

Result<void> Panel::run(const Program& program, std::span<const Input> inputs, Budget budget,
                        const std::function<void(Finding)>& found) {
  if (auto prepared = prepare_all(program, inputs, budget); !prepared) return prepared;
  for (std::size_t index = 0; index < inputs.size(); ++index)
    if (auto compared = compare(program, inputs, budget, index); !compared) return compared;
  for (std::size_t which = 0; which < others_.size(); ++which)
    if (others_[which].parted != 0)
      if (auto looked = look_into(program, inputs, budget, which, found); !looked) return looked;
  for (std::size_t which = 0; which < others_.size(); ++which)
    note_time(which);
  return {};
}

void Panel::note_time(std::size_t which) {
  const double elsewhere = others_[which].machine->seconds_elsewhere();
  others_[which].away = elsewhere > 0;
  tally_.machines[which].seconds_elsewhere = elsewhere - others_[which].seconds_reruns;
}

Result<void> Panel::prepare_all(const Program& program, std::span<const Input> inputs, Budget budget) {
  running(0);
  if (auto prepared = primary_->prepare(program); !prepared) return prepared;
  if (auto begun = primary_->begin(inputs, budget); !begun) return begun;

  // A machine that cannot count would be kept busy by an endless run until its watchdog ends it, so the
  // primary says first which runs end.
  bool endless = false;
  if (may_repeat(program))
    for (std::size_t i = 0; i < inputs.size() && !endless; ++i) {
      Result<const Outcome*> outcome = primary_->outcome(i, Precision::fast);
      if (!outcome) return std::unexpected(std::move(outcome).error());
      endless = (*outcome)->stop.kind == StopKind::budget;
    }

  const ExtensionSet used = extensions_used(guest_, program.code);
  for (std::size_t which = 0; which < others_.size(); ++which) {
    Other& other = others_[which];
    const Description& description = other.machine->describe();
    other.active = true;
    other.parted = 0;
    other.unexplained.clear();
    if (used & ~description.extensions(guest_)) {
      abstain(which, Abstention::extension, inputs.size());
      continue;
    }
    if (endless && !description.exact_budget) {
      abstain(which, Abstention::budget, inputs.size());
      continue;
    }
    running(u32(which + 1));
    const u64 before = __rdtsc();
    Result<void> ready = other.machine->prepare(program);
    if (ready) ready = other.machine->begin(inputs, budget);
    tally_.machines[which].first_run_ticks += __rdtsc() - before;
    if (!ready) abstain(which, ready.error().kind == ErrorKind::unsupported ? Abstention::placement : Abstention::lost, inputs.size());
  }
  fields_best_ = fields_all_ = 0;
  return {};
}

Result<void> Panel::compare(const Program& program, std::span<const Input> inputs, Budget budget, std::size_t index) {
  running(0);
  Result<const Outcome*> subject = primary_->outcome(index, Precision::fast);
  if (!subject) return std::unexpected(std::move(subject).error());
  const Outcome& left = **subject;
  ++tally_.runs;
  ++tally_.executions;
  const Precision precision = left.stop.kind == StopKind::end ? Precision::fast : Precision::precise;
  u64 best = 0;
  for (std::size_t which = 0; which < others_.size(); ++which) {
    Other& other = others_[which];
    if (!other.active) continue;
    MachineTally& tally = tally_.machines[which];
    const Description& description = other.machine->describe();
    if (blind_to(description, program, left.stop)) {
      ++tally.abstained[std::size_t(Abstention::bounds)];
      continue;
    }
    running(u32(which + 1));
    const u64 before = __rdtsc();
    Result<const Outcome*> reference =
        other.machine->outcome(index, description.counts_retired ? precision : Precision::fast);
    const u64 ticks = __rdtsc() - before;
    (other.away ? tally.away_ticks : tally.first_run_ticks) += ticks;
    running(0);
    if (!reference) {
      ++tally.abstained[std::size_t(Abstention::lost)];
      continue;
    }
    ++tally_.executions;
    ++tally.compared;
    const Outcome& right = **reference;
    if (fields_all_ == 0) fields_all_ = fields_compared(guest_, left, right).all;
    u64 fields = fields_compared(guest_, left, right).compared;
    if (!agree(guest_, left, right)) {
      std::optional<Explanation> quick;
      if (other.oracle)
        quick = explainer_.explain_quickly(program, inputs[index], budget, left, *other.machine, right);
      if (quick) {
        count(which, *quick, 1);
        fields = fields_compared(guest_, left, right, quick->mask).compared;
      } else {
        ++other.parted;
        if (other.unexplained.size() < looked_into) other.unexplained.push_back(index);
      }
    }
    best = std::max(best, fields);
  }
  tally_.fields_all += fields_all_;
  tally_.fields_compared += best;
  return {};
}

Result<void> Panel::look_into(const Program& program, std::span<const Input> inputs, Budget budget, std::size_t which,
                              const std::function<void(Finding)>& found) {
  Other& other = others_[which];
  const double before = other.machine->seconds_elsewhere();
  for (std::size_t n = 0; n < other.unexplained.size(); ++n) {
    const Input& input = inputs[other.unexplained[n]];
    ++tally_.reruns;
    running(u32(which + 1));
    Result<Explanation> explanation = explainer_.explain(program, input, budget, *primary_, *other.machine);
    running(0);
    // The last one looked into speaks for those that were not.
    const u64 runs = n + 1 == other.unexplained.size() ? other.parted - n : 1;
    if (!explanation) {
      tally_.machines[which].compared -= runs;
      tally_.machines[which].abstained[std::size_t(Abstention::lost)] += runs;
      continue;
    }
    count(which, *explanation, runs);
    if (explanation->verdict != Verdict::unexplained) continue;
    Finding finding;
    finding.raw.program = program;
    finding.raw.input = input;
    finding.raw.budget = budget;
    finding.smallest = std::move(explanation->smallest);
    finding.signature = std::move(explanation->signature);
    finding.subject = other.oracle ? primary_->describe().name : other.machine->describe().name;
    finding.reference = other.oracle ? other.machine->describe().name : primary_->describe().name;
    finding.count = runs;
    found(std::move(finding));
  }
  other.seconds_reruns += other.machine->seconds_elsewhere() - before;
  return {};
}

}  // namespace diptych

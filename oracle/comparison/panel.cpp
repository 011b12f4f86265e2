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
    : guest_(guest),
      stage_count_(count_stages(subjects, guest)),
      stages_({}),
      tally_(tally) {
  std::vector<Machine*> stages;
  for (std::unique_ptr<Machine>& subject : subjects) {
    Member& member = members_.emplace_back();
    member.machine = std::move(subject);
    member.role = members_.size() <= stage_count_ ? Role::stage : Role::subject;
    if (member.role == Role::stage) stages.push_back(member.machine.get());
  }
  for (std::unique_ptr<Machine>& oracle : oracles) {
    members_.emplace_back().machine = std::move(oracle);
    members_.back().role = Role::oracle;
  }
  stages_ = Stages(std::move(stages));
  outcomes_.resize(stage_count_);
}

void Panel::abstain(std::size_t which, Abstention why, u64 runs) {
  tally_.machines[which].abstained[std::size_t(why)] += runs;
  members_[which].active = false;
}

void Panel::count(std::size_t which, const Explanation& explanation, u64 runs) {
  MachineTally& tally = tally_.machines[which];
  switch (explanation.verdict) {
    case Verdict::agree:
    case Verdict::upheld:
    case Verdict::follows: break;
    case Verdict::open: tally.open += runs; break;
    case Verdict::quirk: tally.quirk += runs; break;
    case Verdict::unsteady: tally.unsteady += runs; break;
    case Verdict::unexplained: tally.unexplained += runs; break;
    case Verdict::beyond:
      tally.compared -= runs;
      tally.abstained[std::size_t(explanation.abstention)] += runs;
      break;
  }
  const std::string& name = members_[which].machine->describe().name;
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
  for (std::size_t number = 0; number < waiting_.size(); ++number) {
    compare_with_oracles(Where::elsewhere, program, inputs, budget, waiting_[number], kept_.show(number));
    conclude(waiting_[number]);
  }
  for (std::size_t which = 1; which < members_.size(); ++which)
    if (members_[which].parted != 0) look_into(program, inputs, budget, which, found);
  return {};
}

void Panel::note_times() {
  for (std::size_t which = 0; which < members_.size(); ++which)
    tally_.machines[which].seconds_elsewhere = members_[which].machine->seconds_elsewhere() - members_[which].seconds_reruns;
}

Result<void> Panel::prepare_all(const Program& program, std::span<const Input> inputs, Budget budget) {
  fields_all_ = 0;
  explainer_.take_up(program);
  kept_.take_up(program);
  waiting_.clear();
  elsewhere_active_ = false;
  running(0);
  const u64 begun = __rdtsc();
  if (auto prepared = primary().prepare(program); !prepared) return prepared;
  if (auto started = primary().begin(inputs, budget); !started) return started;
  tally_.machines[0].first_run_ticks += __rdtsc() - begun;
  members_.front().active = true;

  // A machine that cannot count would be kept busy by an endless run until its watchdog ends it, so the
  // primary says first which runs end.
  bool endless = false;
  if (may_repeat(program))
    for (std::size_t i = 0; i < inputs.size() && !endless; ++i) {
      Result<const Outcome*> outcome = primary().outcome(i, Precision::fast);
      if (!outcome) return std::unexpected(std::move(outcome).error());
      endless = (*outcome)->stop.kind == StopKind::budget;
    }

  const ExtensionSet used = extensions_used(guest_, program.code);
  // The last first: a machine that runs elsewhere then has something to do while the others get ready.
  for (std::size_t which = members_.size(); which-- > 1;) {
    Member& member = members_[which];
    const Description& description = member.machine->describe();
    member.active = true;
    member.parted = 0;
    member.unexplained.clear();
    if (used & ~description.extensions(guest_)) {
      abstain(which, Abstention::extension, inputs.size());
      continue;
    }
    if (endless && !description.exact_budget) {
      abstain(which, Abstention::budget, inputs.size());
      continue;
    }
    running(which);
    const u64 before = __rdtsc();
    Result<void> ready = member.machine->prepare(program);
    if (ready) ready = member.machine->begin(inputs, budget);
    tally_.machines[which].first_run_ticks += __rdtsc() - before;
    elsewhere_active_ |= ready && description.runs_elsewhere;
    if (!ready)
      abstain(which, ready.error().kind == ErrorKind::unsupported ? Abstention::placement : Abstention::lost, inputs.size());
  }
  return {};
}

// What runs elsewhere is asked last, when it has had the time all others took: nobody sleeps then to wait for it.
// Where stages part, who sides with whom must be known at once.
Result<void> Panel::compare(const Program& program, std::span<const Input> inputs, Budget budget, std::size_t index) {
  if (auto ran = run_stages(index); !ran) return ran;
  ++tally_.runs;
  const Outcome& left = *outcomes_.front();
  // Stages hide nothing from one another: with two of them everything is compared.
  const bool whole = stages_asked_ > 1;
  Comparison comparison{.index = index, .whole = whole, .compared = whole};
  if (fields_all_ == 0) fields_all_ = fields_compared(guest_, left, left).all;
  compare_with_oracles(Where::here, program, inputs, budget, comparison, left);
  if (!all_agree(guest_, outcomes_)) [[unlikely]] {
    compare_with_oracles(Where::elsewhere, program, inputs, budget, comparison, left);
    note_partings(index);
  } else if (elsewhere_active_) {
    kept_.keep(left);
    waiting_.push_back(comparison);
    return {};
  }
  conclude(comparison);
  return {};
}

void Panel::conclude(const Comparison& comparison) {
  tally_.machines[0].compared += comparison.compared;
  tally_.fields_all += fields_all_;
  tally_.fields_compared += comparison.whole ? fields_all_ : comparison.fields;
}

Result<void> Panel::run_stages(std::size_t index) {
  u64 before = __rdtsc();
  stages_asked_ = 0;
  for (std::size_t which = 0; which < stage_count_; ++which) {
    Member& stage = members_[which];
    outcomes_[which] = nullptr;
    if (!stage.active) continue;
    running(which);
    Result<const Outcome*> outcome = stage.machine->outcome(index, Precision::fast);
    const u64 now = __rdtsc();
    tally_.machines[which].first_run_ticks += now - before;
    before = now;
    if (outcome) {
      outcomes_[which] = *outcome;
      ++stages_asked_;
      tally_.machines[which].compared += which != 0;
    } else if (which == 0) {
      return std::unexpected(std::move(outcome).error());
    } else {
      ++tally_.machines[which].abstained[std::size_t(Abstention::lost)];
    }
  }
  running(0);
  tally_.executions += stages_asked_;
  return {};
}

void Panel::compare_with_oracles(Where where, const Program& program, std::span<const Input> inputs, Budget budget,
                                 Comparison& comparison, const Outcome& left) {
  const Precision precision = left.stop.kind == StopKind::end ? Precision::fast : Precision::precise;
  for (std::size_t which = stage_count_; which < members_.size(); ++which) {
    Member& member = members_[which];
    const Description& description = member.machine->describe();
    if (description.runs_elsewhere != (where == Where::elsewhere)) continue;
    member.outcome = nullptr;
    if (!member.active) continue;
    MachineTally& tally = tally_.machines[which];
    if (blind_to(description, program, left.stop)) {
      ++tally.abstained[std::size_t(Abstention::bounds)];
      continue;
    }
    running(which);
    const u64 before = __rdtsc();
    Result<const Outcome*> reference =
        member.machine->outcome(comparison.index, description.counts_retired ? precision : Precision::fast);
    const u64 ticks = __rdtsc() - before;
    (description.runs_elsewhere ? tally.away_ticks : tally.first_run_ticks) += ticks;
    running(0);
    if (!reference) {
      ++tally.abstained[std::size_t(Abstention::lost)];
      continue;
    }
    ++tally_.executions;
    ++tally.compared;
    comparison.compared = true;
    const Outcome& right = **reference;
    member.outcome = &right;
    member.parts = false;
    std::optional<Explanation> quick;
    if (!agree(guest_, left, right)) {
      if (member.role == Role::oracle)
        quick = explainer_.explain_quickly(program, inputs[comparison.index], budget, left, *member.machine, right);
      if (quick) {
        count(which, *quick, 1);
      } else {
        member.parts = true;
        ++member.parted;
        if (member.unexplained.size() < looked_into) member.unexplained.push_back({.index = comparison.index});
      }
    }
    if (!comparison.whole)
      comparison.fields = std::max(comparison.fields, fields_compared(guest_, left, right, quick ? quick->mask : Mask{}).compared);
  }
}

void Panel::note_partings(std::size_t index) {
  const std::vector<std::size_t> origin = origins(guest_, outcomes_);
  std::size_t before = 0;
  for (std::size_t which = 1; which < stage_count_; ++which) {
    if (!outcomes_[which]) continue;
    if (origin[which] == which) {
      Member& stage = members_[which];
      ++stage.parted;
      // A reference that sides with this stage, where none sides with the first, says that it is the
      // first that is wrong, which is found when that reference is looked into.
      std::size_t upholder = 0;
      bool first_upheld = false;
      for (std::size_t other = stage_count_; other < members_.size(); ++other) {
        const Member& oracle = members_[other];
        if (oracle.role != Role::oracle || !oracle.outcome) continue;
        if (agree(guest_, *oracle.outcome, *outcomes_[which])) upholder = other;
        first_upheld |= !oracle.parts;
      }
      if (stage.unexplained.size() < looked_into)
        stage.unexplained.push_back({.index = index,
                                     .kind = differences(guest_, *outcomes_[before], *outcomes_[which]).front().kind,
                                     .upholder = first_upheld ? 0 : upholder});
    }
    before = which;
  }
}

void Panel::look_into(const Program& program, std::span<const Input> inputs, Budget budget, std::size_t which,
                      const std::function<void(Finding)>& found) {
  Member& member = members_[which];
  const double before = member.machine->seconds_elsewhere();
  for (std::size_t n = 0; n < member.unexplained.size(); ++n) {
    const Parted& parted = member.unexplained[n];
    Finding finding;
    finding.raw.program = program;
    finding.raw.input = inputs[parted.index];
    finding.raw.budget = budget;
    // The last one looked into speaks for those that were not.
    finding.count = n + 1 == member.unexplained.size() ? member.parted - n : 1;
    ++tally_.reruns;
    running(which);
    Result<Explanation> explanation = member.role == Role::stage ? explain_stage(finding, parted, which)
                                                                 : explain_other(finding, which);
    running(0);
    if (!explanation) {
      tally_.machines[which].compared -= finding.count;
      tally_.machines[which].abstained[std::size_t(Abstention::lost)] += finding.count;
      continue;
    }
    count(which, *explanation, finding.count);
    if (explanation->verdict == Verdict::unexplained) found(std::move(finding));
  }
  member.seconds_reruns += member.machine->seconds_elsewhere() - before;
}

Result<Explanation> Panel::explain_stage(Finding& finding, const Parted& parted, std::size_t which) {
  Explanation explanation;
  if (parted.upholder != 0) {
    Member& upholder = members_[parted.upholder];
    const double before = upholder.machine->seconds_elsewhere();
    Result<Explanation> of_the_first = explainer_.explain(finding.raw.program, finding.raw.input, finding.raw.budget,
                                                          primary(), *upholder.machine);
    upholder.seconds_reruns += upholder.machine->seconds_elsewhere() - before;
    if (of_the_first && of_the_first->verdict == Verdict::unexplained) {
      explanation.verdict = Verdict::upheld;
      return explanation;
    }
  }
  explanation.verdict = Verdict::unexplained;
  finding.subject = stages_.name(which);
  if (auto parting = stages_.trace(finding.raw, which)) {
    finding.signature = std::move(parting->signature);
    finding.reference = std::move(parting->from);
    finding.smallest = std::move(parting->smallest);
  } else {
    finding.signature = {"several", parted.kind, finding.subject};
    finding.reference = stages_.name(which - 1);
    finding.alone = false;
  }
  return explanation;
}

Result<Explanation> Panel::explain_other(Finding& finding, std::size_t which) {
  Member& member = members_[which];
  Result<Explanation> explanation = explainer_.explain(finding.raw.program, finding.raw.input, finding.raw.budget,
                                                       primary(), *member.machine);
  if (!explanation || explanation->verdict != Verdict::unexplained) return explanation;
  finding.smallest = std::move(explanation->smallest);
  finding.signature = std::move(explanation->signature);
  finding.subject = primary().describe().name;
  finding.reference = member.machine->describe().name;
  if (member.role == Role::subject) std::swap(finding.subject, finding.reference);
  finding.signature.stage = finding.subject;
  return explanation;
}

}  // namespace diptych

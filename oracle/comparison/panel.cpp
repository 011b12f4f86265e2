#include "oracle/comparison/panel.hpp"

#include "corpus/expect.hpp"
#include "engine/guest/instructions.hpp"
#include "oracle/comparison/run_case.hpp"
#include "oracle/machines.hpp"

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
  first_deviations_ = deviations_of(primary().describe().name, guest_);
  for (Member& member : members_) member.quirks_in_doubt = deviations_of(member.machine->describe().name, guest_);
  tally_.extensions = primary().describe().extensions(guest_);
  tally_.shared_extensions = 0;
  for (std::size_t which = 1; which < members_.size(); ++which)
    tally_.shared_extensions |= tally_.extensions & members_[which].machine->describe().extensions(guest_);
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
    case Verdict::flaky: tally.flaky += runs; break;
    case Verdict::beyond:
      tally.compared -= runs;
      tally.abstained[std::size_t(explanation.abstention)] += runs;
      break;
  }
  const std::string& first = primary().describe().name;
  const std::string& name = members_[which].machine->describe().name;
  const std::span<const Quirk> quirks = all_quirks();
  for (std::size_t i = 0; i < quirks.size() && i < Tally::most_quirks; ++i)
    if (quirks[i].guest == guest_ && accounts(explanation, quirks[i], first, name)) tally_.quirk_hits[i] += runs;
}

// One machine after the other runs the whole batch: the host's caches and what it predicts are that machine's then.
// Those that run elsewhere begin before the others and are asked last, so that nobody sleeps to wait for them.
Result<void> Panel::run(const Program& program, std::span<const Input> inputs, Budget budget,
                        const std::function<void(Finding)>& found) {
  const Batch batch{program, inputs, budget};
  if (auto ran = run_first(batch); !ran || !members_.front().active) return ran;
  const auto elsewhere = [&](std::size_t which) { return members_[which].machine->describe().runs_elsewhere; };
  for (std::size_t which = 1; which < members_.size(); ++which)
    if (elsewhere(which)) make_ready(batch, which);
  for (std::size_t which = 1; which < members_.size(); ++which) {
    if (elsewhere(which)) continue;
    make_ready(batch, which);
    if (members_[which].role == Role::stage) run_stage(batch, which);
    else run_reference(batch, which);
  }
  for (std::size_t which = 1; which < members_.size(); ++which)
    if (elsewhere(which)) run_reference(batch, which);
  running(0);
  conclude(batch);
  look_for_quirks(batch);
  for (std::size_t which = 1; which < members_.size(); ++which)
    if (members_[which].parted != 0) look_into(batch, which, found);
  if (reads_counter(program)) check_counters(batch, found);
  return {};
}

void Panel::note_times() {
  for (std::size_t which = 0; which < members_.size(); ++which)
    tally_.machines[which].seconds_elsewhere = members_[which].machine->seconds_elsewhere() - members_[which].seconds_reruns;
}

Result<void> Panel::run_first(const Batch& batch) {
  explainer_.take_up(batch.program);
  kept_.take_up(batch.program);
  comparisons_.assign(batch.inputs.size(), {});
  partings_.clear();
  fields_all_ = 0;
  endless_ = false;
  extensions_ = extensions_used(guest_, batch.program.code);
  ++batches_;
  sample_ = batches_ % batch.inputs.size();
  quirks_missed_.reset();
  tally_.runs += batch.inputs.size();
  // What the first machine lacks, nothing can be held against.
  members_.front().active = (extensions_ & ~primary().describe().extensions(guest_)) == 0;
  if (!members_.front().active) {
    for (std::size_t which = 0; which < members_.size(); ++which) {
      members_[which].parted = 0;
      abstain(which, Abstention::extension, batch.inputs.size());
    }
    return {};
  }
  running(0);
  const u64 begun = __rdtsc();
  if (auto prepared = primary().prepare(batch.program); !prepared) return prepared;
  if (auto started = primary().begin(batch.inputs, batch.budget); !started) return started;
  // A machine whose budget is exact in precise runs only would be kept busy by an endless run until its watchdog ends it.
  const bool precise = !is_exact(primary().describe(), guest_) && primary().describe().exact_budget && may_repeat(batch.program);
  for (std::size_t index = 0; index < batch.inputs.size(); ++index) {
    running(0, index);
    Result<const Outcome*> outcome = primary().outcome(index, precise ? Precision::precise : Precision::fast);
    if (!outcome) return std::unexpected(std::move(outcome).error());
    if (fields_all_ == 0) fields_all_ = fields_compared(guest_, **outcome, **outcome).all;
    endless_ |= (*outcome)->stop.kind == StopKind::budget;
    kept_.keep(**outcome);
  }
  endless_ = endless_ && may_repeat(batch.program);
  tally_.machines[0].first_run_ticks += __rdtsc() - begun;
  tally_.executions += batch.inputs.size();
  return {};
}

void Panel::make_ready(const Batch& batch, std::size_t which) {
  Member& member = members_[which];
  const Description& description = member.machine->describe();
  member.active = true;
  member.parted = 0;
  member.agreed_in_sample = false;
  member.unexplained.clear();
  if (extensions_ & ~description.extensions(guest_)) return abstain(which, Abstention::extension, batch.inputs.size());
  // A machine that cannot count would be kept busy by an endless run until its watchdog ends it.
  if (endless_ && !description.exact_budget) return abstain(which, Abstention::budget, batch.inputs.size());
  running(which);
  const u64 before = __rdtsc();
  Result<void> ready = member.machine->prepare(batch.program);
  if (ready) ready = member.machine->begin(batch.inputs, batch.budget);
  tally_.machines[which].first_run_ticks += __rdtsc() - before;
  if (!ready)
    abstain(which, ready.error().kind == ErrorKind::unsupported ? Abstention::placement : Abstention::lost, batch.inputs.size());
}

Panel::Parting& Panel::parting(std::size_t index) {
  const auto known = std::ranges::find(partings_, index, &Parting::index);
  if (known != partings_.end()) return *known;
  partings_.push_back({.index = index, .said = {}});
  return partings_.back();
}

SubjectTraits Panel::traits_of_first(std::size_t index) const { return {first_deviations_, is_by_the_rows(index)}; }

// The first machine's outcome of this input is what one says that is so.
bool Panel::is_by_the_rows(std::size_t index) const {
  for (std::size_t which = 0; which < stage_count_; ++which) {
    const Member& stage = members_[which];
    if (stage.active && stage.machine->describe().by_the_rows)
      return which == 0 || partings_.empty() || std::ranges::find(partings_, index, &Parting::index) == partings_.end();
  }
  return false;
}

void Panel::run_stage(const Batch& batch, std::size_t which) {
  Member& stage = members_[which];
  if (!stage.active) return;
  MachineTally& tally = tally_.machines[which];
  const u64 before = __rdtsc();
  for (std::size_t index = 0; index < batch.inputs.size(); ++index) {
    running(which, index);
    Result<const Outcome*> outcome = stage.machine->outcome(index, Precision::fast);
    if (!outcome) [[unlikely]] {
      ++tally.abstained[std::size_t(Abstention::lost)];
      parting(index).said.push_back({which, std::nullopt});
      continue;
    }
    ++comparisons_[index].stages;
    ++tally.compared;
    ++tally_.executions;
    if (!kept_.agrees(guest_, index, **outcome)) [[unlikely]]
      parting(index).said.push_back({which, KeptOutcome(**outcome)});
  }
  tally.first_run_ticks += __rdtsc() - before;
}

// Why the first machine, which need not be exact, cannot be held to how a reference stopped.
std::optional<Abstention> Panel::first_abstains(const Batch& batch, const Stop& stop) {
  const Description& first = primary().describe();
  if (stop.kind == StopKind::budget && !first.exact_budget) return Abstention::budget;
  if (blind_to(first, batch.program, stop)) return Abstention::bounds;
  return std::nullopt;
}

void Panel::run_reference(const Batch& batch, std::size_t which) {
  Member& member = members_[which];
  if (!member.active) return;
  const Description& description = member.machine->describe();
  MachineTally& tally = tally_.machines[which];
  for (std::size_t index = 0; index < batch.inputs.size(); ++index) {
    const Outcome& left = kept_.show(index);
    if (blind_to(description, batch.program, left.stop)) {
      ++tally.abstained[std::size_t(Abstention::bounds)];
      continue;
    }
    const bool precise = left.stop.kind != StopKind::end && description.counts_retired;
    running(which, index);
    const u64 before = __rdtsc();
    Result<const Outcome*> reference = member.machine->outcome(index, precise ? Precision::precise : Precision::fast);
    const u64 ticks = __rdtsc() - before;
    (description.runs_elsewhere ? tally.away_ticks : tally.first_run_ticks) += ticks;
    running(0);
    if (!reference) {
      ++tally.abstained[std::size_t(Abstention::lost)];
      continue;
    }
    ++tally_.executions;
    if (const auto why = first_abstains(batch, (*reference)->stop)) {
      ++tally.abstained[std::size_t(*why)];
      continue;
    }
    ++tally.compared;
    Comparison& comparison = comparisons_[index];
    comparison.compared = true;
    const Outcome& right = **reference;
    std::optional<Explanation> quick;
    bool parts = false;
    if (!agree(guest_, left, right)) {
      quick = explainer_.explain_quickly(batch.program, batch.inputs[index], batch.budget, left, *member.machine, right, traits_of_first(index));
      if (quick) {
        count(which, *quick, 1);
        note_quirks(batch, index, which, *quick, right);
      } else {
        parts = true;
        ++member.parted;
        if (member.unexplained.size() < looked_into) member.unexplained.push_back({.index = index, .said = KeptOutcome(right)});
      }
    } else if (index == sample_) {
      member.agreed_in_sample = true;
    }
    // Stages hide nothing from one another: with two of them everything is compared.
    if (comparison.stages < 2)
      comparison.fields = std::max(comparison.fields, fields_compared(guest_, left, right, quick ? quick->mask : Mask{}).compared);
    if (member.role == Role::oracle && !partings_.empty()) [[unlikely]]
      if (const auto parting = std::ranges::find(partings_, index, &Parting::index); parting != partings_.end())
        parting->said.push_back({which, KeptOutcome(right), parts, quick.has_value()});
  }
}

void Panel::conclude(const Batch& batch) {
  for (const Comparison& comparison : comparisons_) {
    const bool whole = comparison.stages > 1;
    tally_.machines[0].compared += whole || comparison.compared;
    tally_.fields_all += fields_all_;
    tally_.fields_compared += whole ? fields_all_ : comparison.fields;
  }
  std::ranges::sort(partings_, {}, &Parting::index);
  for (const Parting& parting : partings_) note_parting(batch, parting);
}

void Panel::note_parting(const Batch& batch, const Parting& parting) {
  const auto votes = [&](const Parting::Said& said) {
    return !explainer_.concerns(members_[said.which].machine->describe().name, batch.program, batch.inputs[parting.index], batch.budget);
  };
  // Who said nothing else said what the first did.
  const Outcome* const first = &kept_.show(parting.index);
  std::vector<const Outcome*> outcomes(stage_count_, first);
  for (std::size_t which = 1; which < stage_count_; ++which)
    if (!members_[which].active) outcomes[which] = nullptr;
  for (const Parting::Said& said : parting.said)
    if (said.which < stage_count_) outcomes[said.which] = said.outcome ? &**said.outcome : nullptr;
  const std::vector<std::size_t> origin = origins(guest_, outcomes);
  std::size_t before = 0;
  for (std::size_t which = 1; which < stage_count_; ++which) {
    if (!outcomes[which]) continue;
    if (origin[which] == which) {
      Member& stage = members_[which];
      ++stage.parted;
      // A reference that sides with this stage, where none sides with the first, says that it is the
      // first that is wrong, which is found when that reference is looked into.
      std::size_t upholder = 0;
      bool first_upheld = false;
      for (const Parting::Said& said : parting.said) {
        if (said.which < stage_count_) continue;
        if (!said.parts) first_upheld |= said.explained || votes(said);
        else if (agree(guest_, **said.outcome, *outcomes[which]) && votes(said)) upholder = said.which;
      }
      if (stage.unexplained.size() < looked_into)
        stage.unexplained.push_back({.index = parting.index,
                                     .kind = differences(guest_, *outcomes[before], *outcomes[which]).front().kind,
                                     .before = before,
                                     .upholder = first_upheld ? 0 : upholder});
    }
    before = which;
  }
}

// Every stage of the engine counts instructions, and its budget is exact. The first that reads something else is wrong.
void Panel::check_counters(const Batch& batch, const std::function<void(Finding)>& found) {
  const std::vector<CounterRead>& reads = counter_reads_.of(batch.program, batch.inputs.front(), batch.budget);
  for (std::size_t which = 0; !reads.empty() && which < stage_count_; ++which) {
    Machine& machine = *members_[which].machine;
    if (!is_stage(machine.describe().name) || !machine.prepare(batch.program)) continue;
    for (const CounterRead& read : reads) {
      const Result<const Outcome*> ran = machine.run(read.run.input, read.run.budget, Precision::precise);
      if (!ran || unmet(read.run, **ran).empty()) continue;
      ++tally_.machines[which].unexplained;
      const std::string& name = machine.describe().name;
      return found({.raw = read.run, .smallest = std::nullopt, .signature = {read.mnemonic, DifferenceKind::general, name},
                    .subject = name, .reference = "budget"});
    }
  }
}

// Modelled quirks of the machine that no run has shown yet.
template <class Visit>
void Panel::each_in_doubt(std::size_t which, Visit visit) {
  const std::string& name = members_[which].machine->describe().name;
  const std::span<const Quirk> quirks = all_quirks();
  for (std::size_t i = 0; i < quirks.size() && i < Tally::most_quirks; ++i)
    if (tally_.quirk_shown[i] == 0 && quirks[i].deviation && quirks[i].machine == name && quirks[i].guest == guest_)
      visit(i, *quirks[i].deviation);
}

// A difference that is explained by several quirks may need only some of them.
void Panel::note_quirks(const Batch& batch, std::size_t index, std::size_t which, const Explanation& explanation, const Outcome& outcome) {
  if (members_[which].quirks_in_doubt == 0) return;
  each_in_doubt(which, [&](std::size_t quirk, unsigned deviation) {
    if (!((explanation.deviations >> deviation) & 1)) return;
    const std::string& name = members_[which].machine->describe().name;
    if (explainer_.shows(deviation, name, batch.program, batch.inputs[index], batch.budget, outcome, explanation.mask)) {
      ++tally_.quirk_shown[quirk];
      members_[which].quirks_in_doubt &= ~(u64{1} << deviation);
    } else {
      quirks_missed_.set(quirk);
    }
  });
}

// Where a machine agrees in a run that its declared deviation concerns, the deviation had no lasting effect; or it is
// gone; or the others share it, and nothing else would tell. A quirk that was shown is none of the latter two.
void Panel::look_for_quirks(const Batch& batch) {
  for (std::size_t which = 1; which < members_.size(); ++which) {
    Member& member = members_[which];
    if (!member.active || !member.agreed_in_sample || member.quirks_in_doubt == 0) continue;
    const u64 met = explainer_.deviations_met(member.machine->describe().name, batch.program, batch.inputs[sample_], batch.budget);
    if ((met & member.quirks_in_doubt) == 0) continue;
    each_in_doubt(which, [&](std::size_t quirk, unsigned deviation) {
      if ((met >> deviation) & 1) quirks_missed_.set(quirk);
    });
  }
  for (std::size_t i = 0; quirks_missed_.any() && i < quirks_missed_.size(); ++i) tally_.quirk_misses[i] += quirks_missed_[i];
}

void Panel::look_into(const Batch& batch, std::size_t which, const std::function<void(Finding)>& found) {
  Member& member = members_[which];
  const double before = member.machine->seconds_elsewhere();
  for (std::size_t n = 0; n < member.unexplained.size(); ++n) {
    const Parted& parted = member.unexplained[n];
    Finding finding;
    finding.raw.program = batch.program;
    finding.raw.input = batch.inputs[parted.index];
    finding.raw.budget = batch.budget;
    // The last one looked into speaks for those that were not.
    finding.count = n + 1 == member.unexplained.size() ? member.parted - n : 1;
    ++tally_.reruns;
    running(which, parted.index);
    Result<Explanation> explanation = member.role == Role::stage ? explain_stage(batch, finding, parted, which)
                                                                 : explain_other(batch, finding, parted, which);
    running(0);
    if (!explanation) {
      tally_.machines[which].compared -= finding.count;
      tally_.machines[which].abstained[std::size_t(Abstention::lost)] += finding.count;
      continue;
    }
    count(which, *explanation, finding.count);
    finding.replays = explanation->verdict != Verdict::flaky;
    if (is_finding(explanation->verdict)) found(std::move(finding));
  }
  member.seconds_reruns += member.machine->seconds_elsewhere() - before;
}

// What a machine keeps from run to run may be what shows it.
void Panel::add_earlier(const Batch& batch, const Parted& parted, Case& some) {
  some.earlier.assign(batch.inputs.begin(), batch.inputs.begin() + std::ptrdiff_t(parted.index));
}

Result<Explanation> Panel::explain_stage(const Batch& batch, Finding& finding, const Parted& parted, std::size_t which) {
  Explanation explanation;
  if (parted.upholder != 0) {
    Member& upholder = members_[parted.upholder];
    const double before = upholder.machine->seconds_elsewhere();
    Result<Explanation> of_the_first = explainer_.explain(finding.raw, primary(), *upholder.machine);
    upholder.seconds_reruns += upholder.machine->seconds_elsewhere() - before;
    if (of_the_first && of_the_first->verdict == Verdict::unexplained) {
      explanation.verdict = Verdict::upheld;
      return explanation;
    }
  }
  explanation.verdict = Verdict::unexplained;
  finding.subject = stages_.name(which);
  std::optional<Stages::Parting> parting = stages_.trace(finding.raw, which);
  if (!parting) {
    add_earlier(batch, parted, finding.raw);
    parting = stages_.trace(finding.raw, which);
  }
  if (parting) {
    finding.signature = std::move(parting->signature);
    finding.reference = std::move(parting->from);
    finding.smallest = std::move(parting->smallest);
  } else {
    explanation.verdict = Verdict::flaky;
    finding.signature = {"flaky", parted.kind, finding.subject};
    finding.reference = stages_.name(parted.before);
  }
  return explanation;
}

Result<Explanation> Panel::explain_other(const Batch& batch, Finding& finding, const Parted& parted, std::size_t which) {
  Member& member = members_[which];
  Result<Explanation> explanation = explainer_.explain(finding.raw, primary(), *member.machine);
  if (explanation && explanation->verdict == Verdict::unsteady) {
    const Outcome& right = kept_.show(parted.index);  // as both say when they are run again
    if (may_say_when_fast(*member.machine, guest_, **parted.said, right)) return explanation;
    add_earlier(batch, parted, finding.raw);
    explanation = explainer_.explain(finding.raw, primary(), *member.machine);
    if (explanation && explanation->verdict == Verdict::unsteady) {
      explanation->verdict = Verdict::flaky;
      explanation->signature = {"flaky", differences(guest_, kept_.show(parted.index), **parted.said).front().kind, ""};
    }
  }
  if (!explanation || !is_finding(explanation->verdict)) return explanation;
  finding.smallest = std::move(explanation->smallest);
  finding.signature = std::move(explanation->signature);
  finding.subject = primary().describe().name;
  finding.reference = member.machine->describe().name;
  if (member.role == Role::subject) std::swap(finding.subject, finding.reference);
  finding.signature.stage = finding.subject;
  return explanation;
}

}  // namespace diptych

#include "oracle/comparison/explain.hpp"

#include "engine/guest/instructions.hpp"
#include "engine/guest/riscv64/deviation.hpp"
#include "engine/guest/riscv64/trace.hpp"
#include "engine/guest/riscv64/undefined.hpp"
#include "oracle/comparison/one_instruction.hpp"
#include "oracle/comparison/run_case.hpp"

#include <algorithm>

namespace diptych {
namespace {

Mask mask_of(const Shadow& shadow) {
  Mask mask;
  mask.everything = shadow.everything;
  for (std::size_t i = 0; i < riscv64::state_words; ++i) mask.words[i] = shadow.words[i];
  mask.memory.assign(shadow.memory.begin(), shadow.memory.end());
  return mask;
}

std::string extension_list(Guest guest, ExtensionSet extensions) {
  std::string text;
  for (std::size_t i = 0; i < extensions_of(guest).size(); ++i)
    if ((extensions >> i) & 1) text += (text.empty() ? "" : " ") + std::string(extensions_of(guest)[i]);
  return text;
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::agree: return "agree";
    case Verdict::open: return "open";
    case Verdict::quirk: return "quirk";
    case Verdict::beyond: return "beyond";
    case Verdict::unsteady: return "unsteady";
    case Verdict::flaky: return "flaky";
    case Verdict::upheld: return "upheld";
    case Verdict::follows: return "follows";
    case Verdict::unexplained: return "unexplained";
  }
  return "unknown";
}

bool accounts(const Explanation& explanation, const Quirk& quirk, std::string_view subject, std::string_view reference) {
  const u64 mattered = (quirk.machine == reference ? explanation.deviations : 0) |
                       (quirk.machine == subject ? explanation.subject_deviations : 0);
  if (quirk.deviation) return (mattered >> *quirk.deviation) & 1;
  return std::ranges::find(explanation.quirks, &quirk) != explanation.quirks.end();
}

std::string quirk_names(const Explanation& explanation, std::string_view subject, std::string_view reference, Guest guest) {
  std::string names;
  for (const Quirk& quirk : all_quirks())
    if (quirk.guest == guest && accounts(explanation, quirk, subject, reference)) names += (names.empty() ? "" : ", ") + quirk.name;
  return names;
}

std::optional<std::string_view> blind_to(const Description& reference, const Program& program, const Stop& stop) {
  if (stop.kind == StopKind::fault && reference.owns(stop.address)) return "accesses to memory of its own";
  if (stop.kind == StopKind::fault && !reference.hides_code_end) {
    // In the code's pages, or the page behind them.
    const u64 first = program.code_address & ~(page_size - 1);
    const u64 end = ((program.code_end() - 1) & ~(page_size - 1)) + 2 * page_size;
    if (stop.address >= first && stop.address < end) return "accesses beside the code";
  }
  if (stop.kind == StopKind::system_call && !reference.catches_written_system_calls &&
      allows(program.code_access, Access::write))
    return "system calls in code that changes";
  return std::nullopt;
}

struct Explainer::State {
  riscv64::BoundInterpreter deviant{riscv64::deviant_evaluations(), riscv64::deviant_illegal};
  riscv64::UndefinedTracker undefined;
  riscv64::Tracer tracer;
  std::vector<riscv64::Traced> trace;
  const Program* taken_up = nullptr;
  bool prepared = false;  // for the program taken up
};

Explainer::Explainer() : state_(std::make_unique<State>()) {}
Explainer::Explainer(Explainer&&) noexcept = default;
Explainer::~Explainer() = default;

void Explainer::take_up(const Program& program) {
  state_->taken_up = &program;
  state_->prepared = false;
}

void Explainer::prepare(const Program& program) {
  const bool again = &program == state_->taken_up;
  if (again && state_->prepared) return;
  state_->deviant.prepare(program);
  state_->prepared = again;
}

// Runs the program taken up last as a machine with these faults would, and gives those that mattered.
u64 Explainer::evaluate(const Input& input, Budget budget, u64 deviations, Outcome& outcome) {
  riscv64::Interpreter& interpreter = state_->deviant.interpreter();
  interpreter.hart.deviations.followed = deviations;
  state_->deviant.start(input);
  outcome.stop = interpreter.run(budget);
  outcome.state = interpreter.hart.state;
  outcome.retired = interpreter.hart.retired;
  return interpreter.hart.deviations.mattered;
}

std::optional<Explanation> Explainer::explain_quickly(const Program& program, const Input& input, Budget budget,
                                                      const Outcome& subject, const Machine& reference,
                                                      const Outcome& outcome, const SubjectTraits& traits) {
  if (program.guest != Guest::riscv64) return std::nullopt;
  const u64 followed = deviations_of(reference.describe().name, program.guest);
  prepare(program);
  Outcome expected;
  view_writable(state_->deviant.areas(), expected.memory);

  // What a machine with the reference's known faults would have answered.
  Explanation explanation;
  explanation.deviations = evaluate(input, budget, followed, expected);
  // Its known faults may take the reference past where the subject stopped, and so out of the budget.
  if (expected.stop.kind == StopKind::budget && !reference.describe().exact_budget) {
    explanation.verdict = Verdict::beyond;
    explanation.abstention = Abstention::budget;
    explanation.beyond = "runs cut off by the budget";
    return explanation;
  }
  // Most differences are of known faults alone; what is open is tracked only where that does not do.
  if (!agree(program.guest, expected, outcome)) {
    explanation.mask = mask_of(state_->undefined.track(program, input, budget, followed));
    if (!agree(program.guest, expected, outcome, explanation.mask)) return std::nullopt;
  }
  // And the subject must have answered as one with its own.
  if (!traits.by_the_rows) {
    explanation.subject_deviations = evaluate(input, budget, traits.deviations, expected);
    if (!agree(program.guest, expected, subject) &&
        !agree(program.guest, expected, subject, mask_of(state_->undefined.track(program, input, budget, traits.deviations))))
      return std::nullopt;
  }
  const u64 mattered = explanation.deviations | explanation.subject_deviations;
  if (mattered == 0 && explanation.mask.empty()) return std::nullopt;
  explanation.verdict = mattered ? Verdict::quirk : Verdict::open;
  return explanation;
}

u64 Explainer::deviations_met(std::string_view machine, const Program& program, const Input& input, Budget budget) {
  const u64 followed = deviations_of(machine, program.guest);
  if (program.guest != Guest::riscv64 || followed == 0) return 0;
  prepare(program);
  Outcome outcome;
  return evaluate(input, budget, followed, outcome);
}

bool Explainer::shows(unsigned deviation, std::string_view machine, const Program& program, const Input& input, Budget budget,
                      const Outcome& outcome, const Mask& mask) {
  prepare(program);
  Outcome without;
  view_writable(state_->deviant.areas(), without.memory);
  evaluate(input, budget, deviations_of(machine, program.guest) & ~(u64{1} << deviation), without);
  return !agree(program.guest, without, outcome, mask);
}

bool Explainer::concerns(std::string_view machine, const Program& program, const Input& input, Budget budget) {
  if (program.guest != Guest::riscv64) return false;
  if (deviations_met(machine, program, input, budget) != 0) return true;
  state_->tracer.trace(program, input, budget, state_->trace);
  // A word that is reserved says so itself: a faulty decoder has a row for it.
  const u64 declared = deviations_of(machine, program.guest);
  for (const riscv64::Traced& step : state_->trace)
    if ((riscv64::deviations_of_word(step.decoded.word) & declared) != 0) return true;
  return std::ranges::any_of(all_quirks(), [&](const Quirk& quirk) {
    if (quirk.machine != machine || quirk.guest != program.guest || quirk.deviation) return false;
    return std::ranges::any_of(state_->trace, [&](const riscv64::Traced& step) {
      // A row that should not be there would take the word's name away, so the word decides where there is one.
      if (quirk.word_mask != 0) return (step.decoded.word & quirk.word_mask) == quirk.word_match;
      const std::string_view mnemonic = step.decoded.row ? step.decoded.row->mnemonic() : "illegal";
      return std::ranges::find(quirk.instructions, mnemonic) != quirk.instructions.end();
    });
  });
}

Result<Explanation> Explainer::explain(const Case& some, Machine& subject, Machine& reference) {
  const Program& program = some.program;
  const Input& input = some.input;
  const Budget budget = some.budget;
  Explanation explanation;
  auto beyond = [&](Abstention kind, std::string why) {
    explanation.verdict = Verdict::beyond;
    explanation.abstention = kind;
    explanation.beyond = std::move(why);
    return explanation;
  };
  Result<KeptOutcome> left_ran = run_case(subject, some, Precision::precise);
  if (!left_ran) return std::unexpected(std::move(left_ran).error());
  KeptOutcome left = std::move(*left_ran);

  // A machine that cannot count says nothing exact of a run that is cut off.
  const Description& description = reference.describe();
  if (left->stop.kind == StopKind::budget && !description.exact_budget) return beyond(Abstention::budget, "runs cut off by the budget");
  if (auto blind = blind_to(description, program, left->stop)) return beyond(Abstention::bounds, std::string(*blind));

  Result<KeptOutcome> right_ran = run_case(reference, some, Precision::precise);
  if (!right_ran) {
    if (right_ran.error().kind == ErrorKind::unsupported) return beyond(Abstention::placement, right_ran.error().message);
    return std::unexpected(std::move(right_ran).error());
  }
  KeptOutcome right = std::move(*right_ran);
  if (right->stop.kind == StopKind::budget && !subject.describe().exact_budget) return beyond(Abstention::budget, "runs cut off by the budget");
  if (auto blind = blind_to(subject.describe(), program, right->stop)) return beyond(Abstention::bounds, std::string(*blind));
  // A fast run that says what its machine does not permit itself stands.
  const auto rerun_fast = [&](Machine& machine, KeptOutcome& outcome) -> Result<void> {
    Result<KeptOutcome> fast = run_case(machine, some, Precision::fast);
    if (!fast) return std::unexpected(std::move(fast).error());
    if (!may_say_when_fast(machine, program.guest, **fast, *outcome)) outcome = std::move(*fast);
    return {};
  };
  if (agree(program.guest, *left, *right)) {
    if (auto ran = rerun_fast(reference, right); !ran) return std::unexpected(std::move(ran).error());
    if (auto ran = rerun_fast(subject, left); !ran) return std::unexpected(std::move(ran).error());
  }
  if (agree(program.guest, *left, *right)) {
    explanation.verdict = Verdict::unsteady;
    return explanation;
  }
  const SubjectTraits traits{.deviations = deviations_of(subject.describe().name, program.guest)};
  if (auto quick = explain_quickly(program, input, budget, *left, reference, *right, traits)) return *quick;
  if (reference.alters_code() || subject.alters_code()) return beyond(Abstention::bounds, "code that may see what the reference has put into it");

  // Extensions that one of them lacks, where they were really executed.
  const ExtensionSet known = description.extensions(program.guest) & subject.describe().extensions(program.guest);
  state_->tracer.trace(program, input, budget, state_->trace);
  const ExtensionSet executed = riscv64::extensions_executed(state_->trace);
  if (executed & ~known) return beyond(Abstention::extension, "instructions of " + extension_list(program.guest, executed & ~known));

  return first_parting(program, input, budget, subject, reference, *left, *right);
}

// Both machines are taken through the run one instruction at a time, each from the same state. Where
// they part by a known quirk, the reference's wrong answer is carried on, so that at the end its own
// whole run must have been reproduced.
Explanation Explainer::first_parting(const Program& program, const Input& input, Budget budget, Machine& subject,
                                     Machine& reference, const Outcome& subject_end, const Outcome& reference_end) {
  const Guest guest = program.guest;
  const SubjectTraits traits{.deviations = deviations_of(subject.describe().name, guest)};
  Explanation explanation;
  explanation.verdict = Verdict::unexplained;
  const std::vector<Difference> whole = differences(guest, subject_end, reference_end);
  explanation.signature = {"several", whole.empty() ? DifferenceKind::stop : whole.front().kind, ""};

  // Memory before each step: that of the start, then what the step before left. A program of one
  // instruction holds neither the rest of code that changes nor a reservation made before it; where the
  // run depends on those, the evaluator's states are walked along instead.
  const bool evaluator_leads = allows(program.code_access, Access::write) ||
                               (extensions_used(guest, program.code) & riscv64::bit(riscv64::Extension::A));
  prepare(program);
  state_->deviant.start(input);
  std::vector<MemoryView> views;
  view_writable(state_->deviant.areas(), views);
  std::optional<KeptOutcome> memory;
  GuestState state = input.state;
  for (u64 step = 0; step < budget.instructions; ++step) {
    std::optional<Case> one = one_instruction_case(program, state, views);
    if (!one) return explanation;
    auto run = [&](Machine& machine) -> std::optional<KeptOutcome> {
      if (!machine.prepare(one->program)) return std::nullopt;
      Result<const Outcome*> ran = machine.run(one->input, one->budget, Precision::precise);
      if (!ran) return std::nullopt;
      return KeptOutcome(**ran);
    };
    std::optional<KeptOutcome> left = run(subject);
    // A jump to itself would keep a machine that cannot count for ever.
    if (!left || (*left)->stop.kind == StopKind::budget) return explanation;
    std::optional<KeptOutcome> right = run(reference);
    if (!right) return explanation;
    const bool blind = blind_to(reference.describe(), one->program, (*left)->stop) ||
                       blind_to(subject.describe(), one->program, (*right)->stop);
    const bool same = blind || agree(guest, **left, **right);
    const std::optional<KeptOutcome>& next = same ? left : right;
    if (!same) {
      std::optional<Explanation> quick =
          explain_quickly(one->program, one->input, one->budget, **left, reference, **right, traits);
      const std::vector<Difference> found = differences(guest, **left, **right);
      const InstructionInfo instruction = *instruction_at(guest, one->program.code);
      const auto known = [&](const Machine& wrong, const Outcome& others, const Outcome& its) {
        return match_quirk(wrong.describe().name, guest, instruction.mnemonic, instruction.word, others, its, found);
      };
      const Quirk* quirk = quick ? nullptr : known(reference, **left, **right);
      if (!quick && !quirk) quirk = known(subject, **right, **left);
      if (quick) {
        explanation.deviations |= quick->deviations;
        explanation.subject_deviations |= quick->subject_deviations;
      } else if (quirk) {
        explanation.quirks.push_back(quirk);
      } else {
        explanation.signature = {std::string(instruction.mnemonic), found.empty() ? DifferenceKind::stop : found.front().kind, ""};
        explanation.smallest = std::move(one);
        return explanation;
      }
    }
    const Stop stop = (*next)->stop;
    const bool went_on = stop.kind == StopKind::end ||
                         (stop.kind == StopKind::fault && stop.access == Access::execute &&
                          stop.address == (*next)->state.words[program_counter_word(guest)]);
    if (evaluator_leads) {
      // The evaluator's own run goes on: its memory holds the code as it is by now.
      riscv64::Interpreter& interpreter = state_->deviant.interpreter();
      interpreter.hart.deviations.followed = 0;
      if (interpreter.run({1}).kind != StopKind::budget) break;
      state = interpreter.hart.state;
    } else {
      state = (*next)->state;
      memory = KeptOutcome(**next);
      for (std::size_t i = 0; i < views.size(); ++i) views[i] = (*memory)->memory[i];
      if (!went_on) break;
    }
    if (state.words[program_counter_word(guest)] == program.code_end()) break;
  }
  // Every step is known: then the steps together must make the reference's whole run.
  if (explanation.quirks.empty() && (explanation.deviations | explanation.subject_deviations) == 0) return explanation;
  if (evaluator_leads) {
    explanation.verdict = Verdict::quirk;
    return explanation;
  }
  Outcome replayed = reference_end;
  replayed.state = state;
  replayed.memory = views;
  // Counters give another value each time they are read.
  const Mask mask = mask_of(state_->undefined.track(program, input, budget, deviations_of(reference.describe().name, guest)));
  if (agree(guest, replayed, reference_end, mask)) explanation.verdict = Verdict::quirk;
  return explanation;
}

}  // namespace diptych

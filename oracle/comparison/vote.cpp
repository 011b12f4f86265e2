#include "oracle/comparison/vote.hpp"

#include "oracle/comparison/run_case.hpp"
#include "oracle/comparison/stages.hpp"

#include <algorithm>

namespace diptych {
namespace {

// The stages of one engine that say the same are one voice. A reference known to be wrong here, or that
// may say what it likes, has none.
bool is_voice(const Statement& statement) {
  const Verdict verdict = statement.explanation.verdict;
  return statement.outcome && !statement.follows && statement.competent && verdict != Verdict::quirk &&
         verdict != Verdict::open && verdict != Verdict::flaky;
}

bool is_stage_of_subject(const Statement& statement, const Statement& subject) {
  return &statement == &subject || statement.stage;
}

// What a machine with a known fault says here is wrong where a competent reference says something else.
bool shares_fault(Guest guest, std::span<const Statement> statements, const Statement& of) {
  bool with_faulty = false, against = false;
  for (const Statement& other : statements) {
    if (!other.outcome || is_stage_of_subject(other, statements.front()) || &other == &of) continue;
    const bool same = agree(guest, **of.outcome, **other.outcome);
    with_faulty |= same && !other.competent;
    if (same && is_voice(other)) return false;
    against |= !same && is_voice(other);
  }
  return with_faulty && against;
}

struct Vote {
  std::vector<bool> voices;  // by statement
  const Statement* majority = nullptr;
  std::size_t support = 0;  // voices that say what the majority says
  std::vector<const Statement*> sharing;  // a known fault
};

Vote take_vote(Guest guest, std::span<const Statement> statements) {
  Vote vote;
  std::size_t voters = 0;
  for (const Statement& statement : statements) {
    bool voice = is_voice(statement);
    if (voice && shares_fault(guest, statements, statement)) {
      vote.sharing.push_back(&statement);
      voice = false;
    }
    vote.voices.push_back(voice);
    voters += voice;
  }
  for (std::size_t i = 0; i < statements.size() && !vote.majority; ++i) {
    if (!vote.voices[i]) continue;
    std::size_t support = 0;
    for (std::size_t k = 0; k < statements.size(); ++k)
      support += vote.voices[k] && agree(guest, **statements[i].outcome, **statements[k].outcome);
    if (support * 2 <= voters) continue;
    vote.majority = &statements[i];
    vote.support = support;
  }
  return vote;
}

Statement unheard(const Machine& machine) {
  Statement statement;
  statement.machine = machine.describe().name;
  return statement;
}

Result<void> hear_stages(const Case& some, std::span<const std::unique_ptr<Machine>> machines, std::vector<Statement>& statements) {
  std::vector<Machine*> pipeline;
  for (const std::unique_ptr<Machine>& machine : machines) pipeline.push_back(machine.get());
  Stages stages(pipeline);
  auto kept = stages.run(some, stages.size());
  if (!kept) return std::unexpected(std::move(kept).error());
  std::vector<const Outcome*> outcomes;
  for (std::size_t i = 0; i < machines.size(); ++i) {
    Statement& statement = statements.emplace_back(unheard(*machines[i]));
    statement.stage = true;
    statement.outcome = std::move((*kept)[i]);
    outcomes.push_back(statement.outcome ? &**statement.outcome : nullptr);
    if (statement.outcome) continue;
    if (auto prepared = machines[i]->prepare(some.program); !prepared) statement.unable = prepared.error().message;
  }
  const std::vector<std::size_t> origin = origins(some.guest(), outcomes);
  for (std::size_t i = 1; i < statements.size(); ++i) {
    Statement& statement = statements[i];
    if (!statement.outcome || !outcomes.front()) continue;
    statement.differences = differences(some.guest(), *outcomes.front(), *outcomes[i]);
    if (origin[i] != i) {
      statement.follows = origin[i];
      if (origin[i] != 0) statement.explanation.verdict = Verdict::follows;
    } else {
      statement.explanation.verdict = Verdict::unexplained;
      statement.explanation.signature = {"several", statement.differences.front().kind, statement.machine};
      if (auto parting = stages.trace(some, i)) {
        statement.explanation.signature = std::move(parting->signature);
        statement.from = std::move(parting->from);
      }
    }
  }
  return {};
}

// What it says precisely; where that is what the first machine says, a fast run stands that says what this one does
// not permit itself.
Result<void> hear_reference(const Case& some, Machine& machine, const Outcome& first, Statement& statement) {
  Result<KeptOutcome> precise = run_case(machine, some, Precision::precise);
  if (!precise) return std::unexpected(std::move(precise).error());
  statement.outcome = std::move(*precise);
  const Outcome& outcome = **statement.outcome;
  if (outcome.stop.kind == StopKind::runaway || !agree(some.guest(), first, outcome)) return {};
  Result<KeptOutcome> fast = run_case(machine, some, Precision::fast);
  if (!fast) return std::unexpected(std::move(fast).error());
  if (!may_say_when_fast(machine, some.guest(), **fast, outcome)) statement.outcome = std::move(*fast);
  return {};
}

// Where references side with a stage that parts, and none with the first, it is the first that is wrong, and that is
// said where they part from it. Only competent ones count.
void uphold(Guest guest, std::span<Statement> statements, std::size_t stages) {
  for (Statement& stage : statements.first(stages)) {
    if (stage.explanation.verdict != Verdict::unexplained) continue;
    bool sided = false, with_the_first = false;
    for (const Statement& reference : statements.subspan(stages)) {
      if (!reference.outcome) continue;
      switch (reference.explanation.verdict) {
        case Verdict::unexplained: sided |= reference.competent && agree(guest, **reference.outcome, **stage.outcome); break;
        // A known fault accounts for how it parts from the first.
        case Verdict::quirk:
        case Verdict::open: with_the_first = true; break;
        default: with_the_first |= reference.competent;
      }
    }
    if (sided && !with_the_first) stage.explanation.verdict = Verdict::upheld;
  }
}

}  // namespace

Result<std::vector<Statement>> hear(const Case& some, std::span<const std::unique_ptr<Machine>> machines,
                                    Explainer& explainer, std::size_t stages) {
  std::vector<Statement> statements;
  statements.reserve(machines.size());
  if (auto heard = hear_stages(some, machines.first(stages), statements); !heard) return std::unexpected(std::move(heard).error());
  Statement& first = statements.front();
  if (!first.outcome) return fail(ErrorKind::unsupported, first.machine + ": " + first.unable);
  first.competent = !explainer.concerns(first.machine, some.program, some.input, some.budget);
  for (const std::unique_ptr<Machine>& machine : machines.subspan(stages)) {
    Statement& statement = statements.emplace_back(unheard(*machine));
    if (auto heard = hear_reference(some, *machine, **first.outcome, statement); !heard) {
      statement.outcome.reset();
      statement.unable = heard.error().message;
      continue;
    }
    statement.competent = !explainer.concerns(statement.machine, some.program, some.input, some.budget);
    statement.differences = differences(some.guest(), **first.outcome, **statement.outcome);
    if (statement.differences.empty()) continue;
    Result<Explanation> explanation =
        explainer.explain(some, *machines.front(), *machine);
    if (!explanation) return std::unexpected(std::move(explanation).error());
    statement.explanation = std::move(*explanation);
    if (statement.explanation.verdict == Verdict::unsteady) {
      // It said something else a moment ago.
      statement.explanation.verdict = Verdict::flaky;
      statement.explanation.signature = {"flaky", statement.differences.front().kind, ""};
    }
    statement.explanation.signature.stage = first.machine;
    if (statement.explanation.verdict == Verdict::beyond) {
      statement.unable = statement.explanation.beyond;
      statement.outcome.reset();
      statement.differences.clear();
    }
  }
  uphold(some.guest(), statements, stages);
  return statements;
}

std::vector<std::string> parting_stages(std::span<const Statement> statements) {
  std::vector<std::string> names;
  for (const Statement& statement : statements)
    if (statement.outcome && statement.explanation.verdict == Verdict::unexplained &&
        std::ranges::find(names, statement.explanation.signature.stage) == names.end()) {
      // What parts from the references is the meaning itself, and that comes before all that is made of it.
      const bool meaning = statement.explanation.signature.stage == statements.front().machine;
      names.insert(meaning ? names.begin() : names.end(), statement.explanation.signature.stage);
    }
  return names;
}

std::vector<std::string> outvoted(Guest guest, std::span<const Statement> statements) {
  std::vector<std::string> names;
  const Vote vote = take_vote(guest, statements);
  for (const Statement* statement : vote.sharing) names.push_back(statement->machine);
  if (!vote.majority && names.empty()) {
    // No two say the same to the bit: then it counts who parts from the subject for no known reason.
    std::size_t against = 0, voters = 0;
    for (const Statement& statement : statements) {
      const bool parts = statement.outcome && !statement.follows && statement.explanation.verdict == Verdict::unexplained;
      voters += is_voice(statement) || parts;
      against += parts;
    }
    if (against * 2 > voters) names.push_back(statements.front().machine);
    return names;
  }
  for (std::size_t i = 0; vote.majority && i < statements.size(); ++i)
    if (vote.voices[i] && !agree(guest, **vote.majority->outcome, **statements[i].outcome)) names.push_back(statements[i].machine);
  return names;
}

namespace {

// Whether more competent references say so than say otherwise, if any say anything.
template <class Same>
bool undisputed(std::span<const Statement> statements, const Vote& vote, Same same) {
  std::size_t confirm = 0, dispute = 0;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    if (!vote.voices[i] || is_stage_of_subject(statements[i], statements.front())) continue;
    (same(**statements[i].outcome) ? confirm : dispute) += 1;
  }
  return dispute == 0 || confirm > dispute;
}

// Whether all machines that ran the case have it so.
template <class Same>
bool unanimous(std::span<const Statement> statements, Same same) {
  return std::ranges::all_of(statements, [&](const Statement& s) { return !s.outcome || same(**s.outcome); });
}

}  // namespace

std::optional<Expectation> majority_expectation(const Case& some, std::span<const Statement> statements) {
  const Guest guest = some.guest();
  const Vote vote = take_vote(guest, statements);
  if (!vote.majority || (vote.support < 2 && vote.sharing.empty())) return std::nullopt;
  const Outcome& outcome = **vote.majority->outcome;
  const auto same_stop = [&](const Outcome& other) { return other.stop == outcome.stop; };
  if (!undisputed(statements, vote, same_stop)) return std::nullopt;
  Expectation expectation;
  expectation.stop = outcome.stop;
  for (const Register& r : registers_of(guest)) {
    const u64 value = outcome.state.words[r.word];
    const auto same = [&](const Outcome& other) { return other.state.words[r.word] == value; };
    const bool open = std::ranges::any_of(statements, [&](const Statement& s) { return s.explanation.mask.words[r.word]; });
    const bool told_by_stop = r.kind == RegisterClass::program_counter && outcome.stop.kind == StopKind::end;
    const bool telling = value != some.input.state.words[r.word] || !unanimous(statements, same);
    if (telling && !open && !told_by_stop && undisputed(statements, vote, same)) expectation.registers.push_back({r.word, value});
  }
  // Memory is told where it is not what the case put there, or not the same everywhere.
  for (const MemoryView& view : outcome.memory) {
    std::vector<u8> before(view.bytes.size(), 0);
    if (view.address == some.program.code_address) before = some.program.code;
    for (const std::vector<Bytes>* all : {&some.program.contents, &some.input.memory})
      for (const Bytes& bytes : *all)
        if (bytes.address - view.address < view.bytes.size())
          std::copy(bytes.bytes.begin(), bytes.bytes.end(), before.begin() + std::ptrdiff_t(bytes.address - view.address));
    for (std::size_t line = 0; line < before.size(); line += 8) {
      const std::size_t size = std::min<std::size_t>(8, before.size() - line);
      const std::span<const u8> bytes = view.bytes.subspan(line, size);
      const auto same = [&](const Outcome& other) {
        const auto its = std::ranges::find(other.memory, view.address, &MemoryView::address);
        return its == other.memory.end() || its->bytes.size() < line + size || std::ranges::equal(its->bytes.subspan(line, size), bytes);
      };
      const bool changed = !std::ranges::equal(std::span(before).subspan(line, size), bytes);
      if ((changed || !unanimous(statements, same)) && undisputed(statements, vote, same))
        expectation.memory.push_back(
            {view.address + line, std::vector<u8>(view.bytes.begin() + std::ptrdiff_t(line), view.bytes.begin() + std::ptrdiff_t(line + size))});
    }
  }
  return expectation;
}

}  // namespace diptych

#include "oracle/comparison/vote.hpp"

#include "oracle/comparison/stages.hpp"

#include <algorithm>

namespace diptych {
namespace {

// The stages of one engine that say the same are one voice. A reference known to be wrong here, or that
// may say what it likes, has none.
bool votes(const Statement& statement) {
  const Verdict verdict = statement.explanation.verdict;
  return statement.outcome && !statement.follows && verdict != Verdict::quirk && verdict != Verdict::open;
}

// How many voters, this one included, say the same.
std::size_t support(Guest guest, std::span<const Statement> statements, const Statement& of) {
  return std::size_t(std::ranges::count_if(
      statements, [&](const Statement& s) { return votes(s) && agree(guest, **of.outcome, **s.outcome); }));
}

const Statement* majority(Guest guest, std::span<const Statement> statements) {
  const std::size_t voters = std::size_t(std::ranges::count_if(statements, votes));
  for (const Statement& statement : statements)
    if (votes(statement) && support(guest, statements, statement) * 2 > voters) return &statement;
  return nullptr;
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

// Where the references side with a stage that parts, and none with the first, it is the first that is
// wrong, and that is said where they part from it.
void uphold(Guest guest, std::span<Statement> statements, std::size_t stages) {
  for (Statement& stage : statements.first(stages)) {
    if (stage.explanation.verdict != Verdict::unexplained) continue;
    bool sided = false, with_the_first = false;
    for (const Statement& reference : statements.subspan(stages)) {
      if (!reference.outcome) continue;
      if (reference.explanation.verdict != Verdict::unexplained) with_the_first = true;
      else sided |= agree(guest, **reference.outcome, **stage.outcome);
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
  const Statement& first = statements.front();
  if (!first.outcome) return fail(ErrorKind::unsupported, first.machine + ": " + first.unable);
  for (const std::unique_ptr<Machine>& machine : machines.subspan(stages)) {
    Statement& statement = statements.emplace_back(unheard(*machine));
    Result<void> prepared = machine->prepare(some.program);
    if (prepared) {
      Result<const Outcome*> ran = machine->run(some.input, some.budget, Precision::precise);
      if (ran) statement.outcome.emplace(**ran);
      else prepared = std::unexpected(std::move(ran).error());
    }
    if (!prepared) {
      statement.unable = prepared.error().message;
      continue;
    }
    statement.differences = differences(some.guest(), **first.outcome, **statement.outcome);
    if (statement.differences.empty()) continue;
    Result<Explanation> explanation =
        explainer.explain(some.program, some.input, some.budget, *machines.front(), *machine);
    if (!explanation) return std::unexpected(std::move(explanation).error());
    statement.explanation = std::move(*explanation);
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
  const Statement* most = majority(guest, statements);
  if (!most) {
    // No two say the same to the bit: then it counts who parts from the subject for no known reason.
    std::size_t against = 0, voters = 0;
    for (const Statement& statement : statements) {
      voters += votes(statement);
      against += votes(statement) && statement.explanation.verdict == Verdict::unexplained;
    }
    if (against * 2 > voters) names.push_back(statements.front().machine);
    return names;
  }
  for (const Statement& statement : statements)
    if (votes(statement) && !agree(guest, **most->outcome, **statement.outcome)) names.push_back(statement.machine);
  return names;
}

std::optional<Expectation> majority_expectation(const Case& some, std::span<const Statement> statements) {
  const Guest guest = some.guest();
  const Statement* most = majority(guest, statements);
  if (!most || support(guest, statements, *most) < 2) return std::nullopt;
  const Outcome& outcome = **most->outcome;
  Expectation expectation;
  expectation.stop = outcome.stop;
  for (const Register& r : registers_of(guest)) {
    const u64 value = outcome.state.words[r.word];
    const bool told_by_stop = r.kind == RegisterClass::program_counter && outcome.stop.kind == StopKind::end;
    if (value != some.input.state.words[r.word] && !told_by_stop) expectation.registers.push_back({r.word, value});
  }
  // Memory is told where it is not what the case put there.
  for (const MemoryView& view : outcome.memory) {
    std::vector<u8> before(view.bytes.size(), 0);
    if (view.address == some.program.code_address) before = some.program.code;
    for (const std::vector<Bytes>* all : {&some.program.contents, &some.input.memory})
      for (const Bytes& bytes : *all)
        if (bytes.address - view.address < view.bytes.size())
          std::copy(bytes.bytes.begin(), bytes.bytes.end(), before.begin() + std::ptrdiff_t(bytes.address - view.address));
    for (std::size_t line = 0; line < before.size(); line += 8) {
      const std::size_t size = std::min<std::size_t>(8, before.size() - line);
      if (!std::equal(before.begin() + std::ptrdiff_t(line), before.begin() + std::ptrdiff_t(line + size),
                      view.bytes.begin() + std::ptrdiff_t(line)))
        expectation.memory.push_back(
            {view.address + line, std::vector<u8>(view.bytes.begin() + std::ptrdiff_t(line), view.bytes.begin() + std::ptrdiff_t(line + size))});
    }
  }
  return expectation;
}

}  // namespace diptych

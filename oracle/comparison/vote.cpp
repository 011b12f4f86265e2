#include "oracle/comparison/vote.hpp"

#include <algorithm>

namespace diptych {
namespace {

// How many machines, this one included, say the same.
std::size_t support(Guest guest, std::span<const Statement> statements, const Statement& of) {
  return std::size_t(std::ranges::count_if(
      statements, [&](const Statement& s) { return s.outcome && agree(guest, **of.outcome, **s.outcome); }));
}

const Statement* majority(Guest guest, std::span<const Statement> statements) {
  const std::size_t voters =
      std::size_t(std::ranges::count_if(statements, [](const Statement& s) { return s.outcome.has_value(); }));
  for (const Statement& statement : statements)
    if (statement.outcome && support(guest, statements, statement) * 2 > voters) return &statement;
  return nullptr;
}

}  // namespace

Result<std::vector<Statement>> hear(const Case& some, std::span<const std::unique_ptr<Machine>> machines,
                                    Explainer& explainer) {
  std::vector<Statement> statements;
  for (const std::unique_ptr<Machine>& machine : machines) {
    Statement statement;
    const Description& description = machine->describe();
    statement.machine = description.name;
    Result<void> prepared = machine->prepare(some.program);
    if (prepared) {
      Result<const Outcome*> ran = machine->run(some.input, some.budget, Precision::precise);
      if (ran) statement.outcome.emplace(**ran);
      else prepared = std::unexpected(std::move(ran).error());
    }
    if (!prepared) statement.unable = prepared.error().message;
    statements.push_back(std::move(statement));
  }
  if (!statements.front().outcome) return fail(ErrorKind::unsupported, statements.front().machine + ": " + statements.front().unable);
  for (std::size_t i = 1; i < statements.size(); ++i) {
    Statement& statement = statements[i];
    if (!statement.outcome) continue;
    statement.differences = differences(some.guest(), **statements.front().outcome, **statement.outcome);
    if (statement.differences.empty()) continue;
    Result<Explanation> explanation =
        explainer.explain(some.program, some.input, some.budget, *machines.front(), *machines[i]);
    if (!explanation) return std::unexpected(std::move(explanation).error());
    statement.explanation = std::move(*explanation);
    if (statement.explanation.verdict == Verdict::beyond) {
      statement.unable = statement.explanation.beyond;
      statement.outcome.reset();
      statement.differences.clear();
    }
  }
  return statements;
}

std::vector<std::string> outvoted(Guest guest, std::span<const Statement> statements) {
  std::vector<std::string> names;
  const Statement* most = majority(guest, statements);
  if (!most) {
    // No two say the same to the bit, where one has known faults beside: then it counts who parts from
    // the subject for no known reason.
    std::size_t against = 0, voters = 0;
    for (const Statement& statement : statements) {
      voters += statement.outcome.has_value();
      against += statement.outcome && statement.explanation.verdict == Verdict::unexplained;
    }
    if (against * 2 > voters) names.push_back(statements.front().machine);
    return names;
  }
  for (const Statement& statement : statements)
    if (statement.outcome && !agree(guest, **most->outcome, **statement.outcome)) names.push_back(statement.machine);
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

// minimize: the smallest case that still shows a difference.
#include "cli/guarded_run.hpp"
#include "cli/lineup.hpp"
#include "cli/minimize_crash.hpp"
#include "cli/output.hpp"
#include "cli/report_case.hpp"
#include "cli/verb.hpp"

#include "corpus/expect.hpp"
#include "corpus/files.hpp"
#include "oracle/quirks/quirk.hpp"
#include "engine/guest/instructions.hpp"
#include "fuzz/minimize/minimize.hpp"
#include "fuzz/session/raw_finding.hpp"
#include "oracle/comparison/run_case.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cctype>

namespace diptych::cli {
namespace {

// One line for people: who parts from whom.
std::string why(const Signature& signature, const std::vector<std::string>& references, const std::vector<std::string>& losers) {
  std::string text = fmt::format("{} and {} part at {}", signature.stage, fmt::join(references, " and "), signature.text());
  if (!losers.empty()) text += fmt::format("; outvoted: {}", fmt::join(losers, ", "));
  return text;
}

std::filesystem::path file_for(const std::string& out, const Signature& signature) {
  std::string stem = fmt::format("{}-{}-{}", signature.stage, signature.instruction, name_of(signature.kind));
  for (char& c : stem)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.') c = '_';
  return std::filesystem::path(out) / (stem + ".case");
}

// The instructions that show it, as one line.
std::string instructions_of(const Case& some) {
  constexpr std::size_t most = 6;
  std::vector<std::string> texts;
  std::span<const u8> code = some.program.code;
  while (auto instruction = instruction_at(some.guest(), code)) {
    texts.push_back(texts.size() < most ? instruction->text : "...");
    if (texts.size() > most) break;
    code = code.subspan(instruction->length);
  }
  return fmt::format("{}", fmt::join(texts, "; "));
}

// What parts, in the order of the pipeline: references from the first machine, then stages from those
// before them. With a stage named, only that one.
Result<std::optional<fuzz::Minimized>> minimize(const Case& some, std::span<const std::unique_ptr<Machine>> machines,
                                                std::size_t stages, const std::string& stage, Explainer& explainer) {
  if (stage.empty() || stage == machines.front()->describe().name) {
    std::vector<Machine*> others;
    for (const std::unique_ptr<Machine>& machine : machines.subspan(stages)) others.push_back(machine.get());
    // The reference with the fewest known faults first: its answer is the easiest to read.
    std::ranges::sort(others, {}, [&](const Machine* machine) {
      return std::popcount(deviations_of(machine->describe().name, some.guest()));
    });
    for (Machine* other : others) {
      auto result = fuzz::minimize(some, *machines.front(), *other, explainer);
      if (!result || *result) return result;
    }
  }
  std::vector<Machine*> pipeline;
  for (const std::unique_ptr<Machine>& machine : machines.first(stages)) pipeline.push_back(machine.get());
  Stages all(pipeline);
  for (std::size_t i = 1; i < stages; ++i)
    if (stage.empty() || stage == all.name(i))
      if (auto result = fuzz::minimize(some, all, i)) return result;
  return std::optional<fuzz::Minimized>();
}

// What a machine is held against: a stage against the nearest one before it that ran the case, the first machine against
// the first reference.
std::string parts_from(std::span<const Statement> statements, std::string_view stage) {
  std::string before;
  for (const Statement& statement : statements) {
    if (statement.machine == stage && !before.empty()) return before;
    if (statement.outcome && statement.machine != stage) before = statement.machine;
    if (!statement.stage && statement.machine != stage) break;
  }
  return before;
}

struct Asked {
  std::string path, subject, oracle, stage, out;
  bool json = false;
};

// In the child process: the exit status.
int minimize(const Asked& asked, const Case& some, const Lineup& lineup) {
  const auto& [path, subject, oracle, stage, out, json] = asked;
  const auto& [machines, stages] = lineup;
  if (!stage.empty() && std::ranges::none_of(machines, [&](const auto& machine) { return machine->describe().name == stage; }))
    return complain({ErrorKind::bad_input, fmt::format("--stage {} is none of the machines", stage)});
  Explainer explainer;
  auto minimized = minimize(some, machines, stages, stage, explainer);
  if (!minimized) return complain(std::move(minimized).error().in(path));
  if (!*minimized) {
    const Result<KeptOutcome> ran = run_case(*machines.front(), some, Precision::precise);
    if (const auto failed = ran ? unmet(some, **ran) : std::vector<std::string>(); !failed.empty()) {
      if (json) print_output("{}\n", nlohmann::json{{"verdict", "unmet"}, {"machine", machines.front()->describe().name}, {"unmet", failed}}.dump());
      else print_output("{}: all machines agree, and not with what the case expects, which a smaller case need not do either:\n  {}: {}\n", path,
                        machines.front()->describe().name, fmt::join(failed, "\n  "));
      return found;
    }
    if (json) print_output("{}\n", nlohmann::json{{"verdict", "agrees"}}.dump());
    else print_output("{}: all machines agree, or differ for known reasons; nothing to minimize\n", path);
    return fine;
  }

  Case& result = (*minimized)->smallest;
  Signature& signature = (*minimized)->signature;
  result.expect.reset();
  Result<std::vector<Statement>> statements = hear(result, machines, explainer, stages);
  if (!statements) return complain(statements.error());
  std::vector<std::string> references;
  for (const Statement& statement : *statements)
    if (statement.outcome && statement.explanation.verdict == Verdict::unexplained &&
        statement.explanation.signature.stage == signature.stage)
      references.push_back(statement.from.empty() ? statement.machine : statement.from);
  const std::vector<std::string> losers = outvoted(result.guest(), *statements);
  if (references.empty()) references.push_back(parts_from(*statements, signature.stage));
  // A finding is called after the machine that is wrong.
  if (signature.stage == statements->front().machine && losers.size() == 1 && losers.front() != signature.stage) {
    references = {signature.stage};
    for (const Statement& statement : std::span(*statements).subspan(stages))
      if (statement.outcome && statement.differences.empty()) references.push_back(statement.machine);
    signature.stage = losers.front();
  }
  result.expect = majority_expectation(result, *statements);
  result.why = why(signature, references, losers);
  const std::filesystem::path file = file_for(out, signature);
  std::error_code error;
  std::filesystem::create_directories(out, error);
  if (error) return complain({ErrorKind::environment, fmt::format("{}: {}", out, error.message())});
  if (auto written = write_case(file, result, fuzz::disassembler(result.guest())); !written) return complain(written.error());

  if (json)
    print_output("{}\n", nlohmann::json{{"signature", signature.text()},
                                      {"mnemonic", signature.instruction},
                                      {"kind", std::string(name_of(signature.kind))},
                                      {"stage", signature.stage},
                                      {"instruction", instructions_of(result)},
                                      {"case", file.string()},
                                      {"references", references},
                                      {"outvoted", losers}}
                           .dump());
  else
    print_output("{}: {}\n{}{}", file.string(), result.why, listing(result), describe_statements(result, *statements));
  return found;
}

int report_crash(const Asked& asked, fuzz::Minimized crash, const Lost& lost) {
  const Signature& signature = crash.signature;
  crash.smallest.why = lost.text();
  const std::filesystem::path file = file_for(asked.out, signature);
  std::error_code error;
  std::filesystem::create_directories(asked.out, error);
  if (error) return complain({ErrorKind::environment, fmt::format("{}: {}", asked.out, error.message())});
  if (auto written = write_case(file, crash.smallest, fuzz::disassembler(crash.smallest.guest())); !written) return complain(written.error());
  if (asked.json)
    print_output("{}\n", nlohmann::json{{"verdict", "lost"},
                                        {"signature", signature.text()},
                                        {"mnemonic", signature.instruction},
                                        {"kind", std::string(name_of(signature.kind))},
                                        {"stage", signature.stage},
                                        {"instruction", instructions_of(crash.smallest)},
                                        {"case", file.string()},
                                        {"machine", lost.machine},
                                        {"how", lost.how},
                                        {"references", nlohmann::json::array()},
                                        {"outvoted", nlohmann::json::array()}}
                             .dump());
  else print_output("{}: {}\n{}", file.string(), lost.text(), listing(crash.smallest));
  return found;
}

int run(const std::vector<std::string>& arguments) {
  Asked asked;
  std::string quirks;
  double time_limit = default_time_limit;
  options::options_description described("Options");
  described.add_options()("case", options::value(&asked.path)->required(), "the case file")(
      "subject", options::value(&asked.subject)->default_value("all"), "machines under test, separated by commas; all: every stage of the engine")(
      "oracle", options::value(&asked.oracle)->default_value("unicorn,qemu"), "machines to hold them against; all: every reference")(
      "stage", options::value(&asked.stage), "only what this subject makes of it")(
      "out", options::value(&asked.out)->default_value("."), "directory for the smallest case, named by its signature")(
      "quirks", options::value(&quirks)->default_value("built-in"), quirks_help)(
      "time-limit", options::value(&time_limit)->default_value(default_time_limit), "how many seconds a machine may take for a run")("json", "print JSON");
  options::positional_options_description positional;
  positional.add("case", 1);
  const Parsed parsed = parse(minimize_verb, arguments, described, positional);
  if (!parsed.go_on) return parsed.exit;
  asked.json = parsed.values.contains("json");
  if (auto checked = check_time_limit(time_limit); !checked) return complain(checked.error());
  if (auto used = use_quirks(quirks); !used) return complain(used.error());

  Result<Case> some = read_case(asked.path);
  if (!some) return complain(some.error());
  if (auto supported = check_supported(some->guest()); !supported) return complain(std::move(supported).error().in(asked.path));
  const auto start = [&](MachineWatch& watch) -> Result<Work> {
    Result<Lineup> lineup = line_up(asked.subject, asked.oracle, some->guest(), watch);
    if (!lineup) return std::unexpected(std::move(lineup).error());
    return [&, lineup = std::make_shared<Lineup>(std::move(*lineup))](std::size_t) {
      return std::to_string(finish_output(minimize(asked, *some, *lineup)));
    };
  };
  int exit = found;
  const auto take = [&](std::size_t, std::expected<std::string, Lost> result) {
    if (result) {
      exit = std::stoi(*result);
    } else if (auto crash = minimize_crash(*some, result.error(), time_limit)) {
      exit = report_crash(asked, std::move(*crash), result.error());
    } else if (asked.json) {
      print_output("{}\n", nlohmann::json{{"verdict", "lost"}, {"machine", result.error().machine}, {"how", result.error().how}}.dump());
    } else {
      print_output("{}: {}\n", asked.path, result.error().text());
    }
    return true;
  };
  if (auto ran = run_guarded(1, time_limit, start, take); !ran) return complain(ran.error());
  return exit;
}

}  // namespace

const Verb minimize_verb = {"minimize", "cut a case down to what still shows its difference", "CASE",
                            "  diptych minimize reports/out/raw/interp-lw-register-qemu-1.case --out .", run};

}  // namespace diptych::cli

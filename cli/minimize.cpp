// minimize: the smallest case that still shows a difference.
#include "cli/lineup.hpp"
#include "cli/output.hpp"
#include "cli/report_case.hpp"
#include "cli/verb.hpp"

#include "corpus/files.hpp"
#include "engine/guest/instructions.hpp"
#include "fuzz/minimize/minimize.hpp"
#include "fuzz/session/raw_finding.hpp"

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

int run(const std::vector<std::string>& arguments) {
  std::string path, subject, oracle, stage, out;
  options::options_description described("Options");
  described.add_options()("case", options::value(&path)->required(), "the case file")(
      "subject", options::value(&subject)->default_value("all"), "machines under test, separated by commas; all: every stage of the engine")(
      "oracle", options::value(&oracle)->default_value("unicorn,qemu"), "machines to hold them against; all: every reference")(
      "stage", options::value(&stage), "only what this subject makes of it")(
      "out", options::value(&out)->default_value("."), "directory for the smallest case, named by its signature")("json", "print JSON");
  options::positional_options_description positional;
  positional.add("case", 1);
  const Parsed parsed = parse(minimize_verb, arguments, described, positional);
  if (!parsed.go_on) return parsed.exit;
  const bool json = parsed.values.contains("json");

  Result<Case> some = read_case(path);
  if (!some) return complain(some.error());
  Result<Lineup> lineup = line_up(subject, oracle, some->guest());
  if (!lineup) return complain(lineup.error());
  const auto& [machines, stages] = *lineup;
  if (!stage.empty() && std::ranges::none_of(machines, [&](const auto& machine) { return machine->describe().name == stage; }))
    return complain({ErrorKind::bad_input, fmt::format("--stage {} is none of the machines", stage)});
  Explainer explainer;
  auto minimized = minimize(*some, machines, stages, stage, explainer);
  if (!minimized) return complain(std::move(minimized).error().in(path));
  if (!*minimized) {
    if (json) print_output("{}\n", nlohmann::json{{"verdict", "agrees"}}.dump());
    else print_output("{}: all machines agree, or differ for known reasons; nothing to minimize\n", path);
    return fine;
  }

  Case& result = (*minimized)->smallest;
  const Signature& signature = (*minimized)->signature;
  result.expect.reset();
  Result<std::vector<Statement>> statements = hear(result, machines, explainer, stages);
  if (!statements) return complain(statements.error());
  std::vector<std::string> references;
  for (const Statement& statement : *statements)
    if (statement.outcome && statement.explanation.verdict == Verdict::unexplained &&
        statement.explanation.signature.stage == signature.stage)
      references.push_back(statement.from.empty() ? statement.machine : statement.from);
  const std::vector<std::string> losers = outvoted(result.guest(), *statements);
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

}  // namespace

const Verb minimize_verb = {"minimize", "cut a case down to what still shows its difference", "CASE",
                            "  diptych minimize reports/out/raw/interp-lw-register-qemu-1.case --out .", run};

}  // namespace diptych::cli

// minimize: the smallest case that still shows a difference.
#include "cli/report_case.hpp"
#include "cli/verb.hpp"

#include "corpus/files.hpp"
#include "engine/guest/instructions.hpp"
#include "fuzz/minimize/minimize.hpp"
#include "fuzz/session/raw_finding.hpp"
#include "oracle/machines.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cctype>

namespace diptych::cli {
namespace {

// One line for people: what the subject has and what the others have.
std::string why(const Signature& signature, const std::string& subject, const std::vector<std::string>& references,
                const std::vector<std::string>& losers) {
  std::string text = fmt::format("{} and {} part at {}", subject, fmt::join(references, " and "), signature.text());
  if (!losers.empty()) text += fmt::format("; outvoted: {}", fmt::join(losers, ", "));
  return text;
}

std::filesystem::path file_for(const std::string& out, const Signature& signature) {
  std::string stem = signature.instruction + "-" + std::string(name_of(signature.kind));
  for (char& c : stem)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.') c = '_';
  return std::filesystem::path(out) / (stem + ".case");
}

int run(const std::vector<std::string>& arguments) {
  std::string path, subject, oracle, out;
  options::options_description described("Options");
  described.add_options()("case", options::value(&path)->required(), "the case file")(
      "subject", options::value(&subject)->default_value("interp"), "machines under test, separated by commas; all: every stage of the engine")(
      "oracle", options::value(&oracle)->default_value("unicorn,qemu"), "machines to hold them against; all: every reference")(
      "out", options::value(&out)->default_value("."), "directory for the smallest case, named by its signature")("json", "print JSON");
  options::positional_options_description positional;
  positional.add("case", 1);
  const Parsed parsed = parse(minimize_verb, arguments, described, positional);
  if (!parsed.go_on) return parsed.exit;
  const bool json = parsed.values.contains("json");

  Result<Case> some = read_case(path);
  if (!some) return complain(some.error());
  auto machines = make_machines(subject_list(subject, some->guest()) + "," + oracle_list(oracle, some->guest()), some->guest());
  if (!machines) return complain(machines.error());
  Explainer explainer;
  std::optional<fuzz::Minimized> smallest;
  // The reference with the fewest known faults first: its answer is the easiest to read.
  std::ranges::sort(machines->begin() + 1, machines->end(), {}, [&](const std::unique_ptr<Machine>& machine) {
    return std::popcount(deviations_of(machine->describe().name, some->guest()));
  });
  for (std::size_t i = 1; i < machines->size() && !smallest; ++i) {
    auto result = fuzz::minimize(*some, *machines->front(), *(*machines)[i], explainer);
    if (!result) return complain(std::move(result).error().in(path));
    smallest = std::move(*result);
  }
  if (!smallest) {
    if (json) fmt::print("{}\n", nlohmann::json{{"verdict", "agrees"}}.dump());
    else fmt::print("{}: all machines agree, or differ for known reasons; nothing to minimize\n", path);
    return fine;
  }

  Case& result = smallest->smallest;
  result.expect.reset();
  Result<std::vector<Statement>> statements = hear(result, *machines, explainer);
  if (!statements) return complain(statements.error());
  std::vector<std::string> references;
  std::string stage = machines->front()->describe().name;
  for (const Statement& statement : *statements)
    if (statement.outcome && statement.explanation.verdict == Verdict::unexplained) references.push_back(statement.machine);
  const std::vector<std::string> losers = outvoted(result.guest(), *statements);
  result.expect = majority_expectation(result, *statements);
  const Signature& signature = smallest->explanation.signature;
  result.why = why(signature, stage, references, losers);
  const std::filesystem::path file = file_for(out, signature);
  std::error_code error;
  std::filesystem::create_directories(out, error);
  if (error) return complain({ErrorKind::environment, fmt::format("{}: {}", out, error.message())});
  if (auto written = write_case(file, result, fuzz::disassembler(result.guest())); !written) return complain(written.error());

  const auto instruction = instruction_at(result.guest(), result.program.code);
  if (json)
    fmt::print("{}\n", nlohmann::json{{"signature", signature.text()},
                                      {"mnemonic", signature.instruction},
                                      {"kind", std::string(name_of(signature.kind))},
                                      {"stage", stage},
                                      {"instruction", instruction ? instruction->text : ""},
                                      {"case", file.string()},
                                      {"references", references},
                                      {"outvoted", losers}}
                           .dump());
  else
    fmt::print("{}: {}\n{}{}", file.string(), result.why, listing(result), describe_statements(result, *statements));
  return found;
}

}  // namespace

const Verb minimize_verb = {"minimize", "cut a case down to what still shows its difference",
                            "  diptych minimize reports/out/raw/lw-register-qemu-1.case --out .", run};

}  // namespace diptych::cli

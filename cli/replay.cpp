// replay: runs cases on all machines and says where they part.
#include "cli/case_files.hpp"
#include "cli/guarded_run.hpp"
#include "cli/lineup.hpp"
#include "cli/output.hpp"
#include "cli/report_case.hpp"
#include "cli/verb.hpp"

#include "corpus/expect.hpp"
#include "oracle/quirks/quirk.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>

namespace diptych::cli {
namespace {

struct Replay {
  bool diverges = false;
  std::string text;
  nlohmann::json json;
};

Result<Replay> replay(const std::string& path, const Case& some, const Lineup& lineup, Explainer& explainer) {
  Result<std::vector<Statement>> statements = hear(some, lineup.machines, explainer, lineup.stages);
  if (!statements) return std::unexpected(std::move(statements).error());
  Replay result;
  for (const Statement& statement : *statements)
    result.diverges |= statement.outcome && is_finding(statement.explanation.verdict);
  const std::vector<std::string> failed = unmet(some, **statements->front().outcome);
  result.diverges |= !failed.empty();

  const std::vector<std::string> stages = parting_stages(*statements);

  const char* verdict = result.diverges ? "diverges" : "agrees";
  result.text = fmt::format("{}: {}\n", path, verdict);
  if (!some.why.empty()) result.text += fmt::format("  {}\n", some.why);
  if (!stages.empty()) result.text += fmt::format("  parts at stage {}\n", fmt::join(stages, " and at stage "));
  if (result.diverges) result.text += listing(some);
  for (const std::string& line : failed) result.text += fmt::format("  {}: {}\n", statements->front().machine, line);
  result.text += describe_statements(some, *statements);

  result.json = {{"case", path}, {"verdict", verdict}, {"machines", statements_to_json(some, *statements)}};
  result.json["differences"] = nlohmann::json::array();
  for (const nlohmann::json& machine : result.json["machines"])
    if (machine["verdict"] == "unexplained" || machine["verdict"] == "flaky")
      for (const nlohmann::json& difference : machine["differences"]) result.json["differences"].push_back(difference);
  result.json["stage"] = stages.empty() ? nlohmann::json() : nlohmann::json(stages.front());
  result.json["stages"] = stages;
  result.json["unmet"] = failed;
  result.json["outvoted"] = outvoted(some.guest(), *statements);
  return result;
}

// What a piece of work says of a case: an error, or its Replay.
nlohmann::json to_json(const Result<Replay>& result) {
  if (!result) return {{"error", result.error().message}};
  return {{"diverges", result->diverges}, {"text", result->text}, {"json", result->json}};
}

Replay lost(const std::string& path, const Lost& lost) {
  return {true, fmt::format("{}: {}\n", path, lost.text()),
          {{"case", path}, {"verdict", "lost"}, {"machine", lost.machine}, {"how", lost.how}}};
}

int run(const std::vector<std::string>& arguments) {
  std::vector<std::string> paths;
  std::string subject, oracle, quirks;
  double time_limit = default_time_limit;
  options::options_description described("Options");
  described.add_options()("case", options::value(&paths)->required(), "the case files, or directories of them")(
      "subject", options::value(&subject)->default_value("all"), "machines under test, separated by commas; all: every stage of the engine")(
      "oracle", options::value(&oracle)->default_value("unicorn,qemu"), "machines to hold them against; all: every reference")(
      "quirks", options::value(&quirks)->default_value("built-in"), quirks_help)(
      "time-limit", options::value(&time_limit)->default_value(default_time_limit), "how many seconds a machine may take for a run of a case")("json", "print JSON");
  options::positional_options_description positional;
  positional.add("case", -1);
  const Parsed parsed = parse(replay_verb, arguments, described, positional);
  if (!parsed.go_on) return parsed.exit;
  const bool json = parsed.values.contains("json");
  if (auto checked = check_time_limit(time_limit); !checked) return complain(checked.error());
  if (auto used = use_quirks(quirks); !used) return complain(used.error());

  // All are read before any is run: a broken file is said at once, not after minutes. The others are run all the same.
  std::vector<NamedCase> cases;
  nlohmann::json all = nlohmann::json::array();
  std::size_t failed = 0;
  const auto tell_failure = [&](const std::string& path, const Error& error) {
    ++failed;
    complain(error);
    all.push_back({{"case", path}, {"verdict", "failed"}, {"error", error.message}});
  };
  for (const std::string& path : paths) {
    auto files = case_files(path);
    if (!files) return complain(files.error());
    for (const std::filesystem::path& file : *files) {
      auto some = read_cases(file);
      if (!some) {
        tell_failure(file.string(), some.error());
        continue;
      }
      for (NamedCase& one : *some)
        if (auto supported = check_supported(one.content.guest()); supported) cases.push_back(std::move(one));
        else tell_failure(one.name, std::move(supported).error().in(one.name));
    }
  }
  if (cases.empty()) return unusable;
  const auto start = [&](MachineWatch& watch) -> Result<Work> {
    Result<Lineup> lineup = line_up(subject, oracle, cases.front().content.guest(), watch);
    if (!lineup) return std::unexpected(std::move(lineup).error());
    return [&, lineup = std::make_shared<Lineup>(std::move(*lineup)), explainer = std::make_shared<Explainer>()](std::size_t i) {
      const std::vector<u8> bytes = nlohmann::json::to_cbor(to_json(replay(cases[i].name, cases[i].content, *lineup, *explainer)));
      return std::string(bytes.begin(), bytes.end());
    };
  };
  const bool single = cases.size() == 1 && failed == 0;
  int exit = fine;
  const auto take = [&](std::size_t i, std::expected<std::string, Lost> result) {
    const std::string& path = cases[i].name;
    const nlohmann::json one = result ? nlohmann::json::from_cbor(*result) : to_json(lost(path, result.error()));
    if (one.contains("error")) {
      tell_failure(path, {ErrorKind::bad_input, path + ": " + one["error"].get<std::string>()});
      return true;
    }
    if (one["diverges"]) exit = found;
    if (json) all.push_back(one["json"]);
    else if (one["diverges"] || single) write_output(one["text"].get<std::string>());
    return true;
  };
  if (auto ran = run_guarded(cases.size(), time_limit, start, take); !ran) return complain(ran.error());
  if (json) print_output("{}\n", all.dump(1));
  else if (!single)
    print_output("{} cases, {}{}\n", cases.size() + failed, exit != fine ? "some diverge" : failed == 0 ? "all agree" : "no divergence",
                 failed == 0 ? "" : fmt::format(", {} could not be replayed", failed));
  return exit == fine && failed != 0 ? unusable : exit;
}

}  // namespace

const Verb replay_verb = {"replay", "run cases on several machines and say where they part", "CASE|DIRECTORY...",
                          "  diptych replay reports/out/findings/interp-lw-register.case", run};

}  // namespace diptych::cli

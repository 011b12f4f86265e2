#include "tests/faults/trial.hpp"

#include "fuzz/session/child_process.hpp"
#include "tests/faults/files.hpp"

#include <nlohmann/json.hpp>

#include <sys/wait.h>

#include <algorithm>
#include <chrono>

namespace diptych::faults {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// Most faults are found within so many runs, which take a second.
constexpr u64 short_session = 20'000;

// The exit status; nothing where a signal ended it or it could not be started. Standard output goes nowhere.
std::optional<int> run_command(const TrialOptions& options, std::string_view fault, std::vector<std::string> arguments, const fs::path& log) {
  arguments.insert(arguments.begin(), {"DIPTYCH_FAULT=" + std::string(fault), options.command.string()});
  auto child = fuzz::ChildProcess::start("/usr/bin/env", std::move(arguments), {}, log);
  if (!child) return std::nullopt;
  while (true) {
    child->read_lines(100);
    if (const std::optional<int> status = child->ended())
      return WIFEXITED(*status) ? std::optional(WEXITSTATUS(*status)) : std::nullopt;
  }
}

bool listed(const std::vector<std::string>& list, const std::string& item) { return std::ranges::find(list, item) != list.end(); }

std::vector<std::string> replay_of(const TrialOptions& options, const fs::path& what) {
  return {"replay", what.string(), "--oracle", options.oracle};
}

// One session, and what it found; the trial's problem is set where it did not end as sessions end.
void run_session(Trial& trial, const TrialOptions& options, u64 runs) {
  const std::string name = trial.fault ? trial.fault->name : "none";
  const fs::path out = options.out / name;
  std::error_code ignored;
  fs::remove_all(out, ignored);
  fs::create_directories(out, ignored);
  trial.runs = runs;
  trial.findings.clear();
  trial.missing_quirks.clear();
  const auto exit = run_command(options, trial.fault ? name : "",
                                {"fuzz", "--guest", "riscv64", "--subject", "all", "--oracle", options.oracle, "--mix", options.mix, "--runs",
                                 std::to_string(runs), "--seed", std::to_string(options.seed), "--out", out.string()},
                                out / "fuzz.log");
  const Result<std::string> text = read_file(out / "summary.json");
  const Json summary = Json::parse(text ? *text : "", nullptr, false);
  if (!exit || *exit > 1 || summary.is_discarded()) {
    trial.problem = fmt::format("the session did not end as one should; see {}", (out / "fuzz.log").string());
    return;
  }
  for (const Json& casualty : summary["casualties"])
    trial.lost |= summary["machines"].contains(casualty["machine"]) && summary["machines"][casualty["machine"]]["role"] == "subject";
  for (const Json& finding : summary["findings"]) {
    Found found{.signature = finding["signature"], .stage = finding["stage"], .row = finding["mnemonic"], .path = finding["case"]};
    found.named = trial.fault && listed(trial.fault->stages, found.stage) && (trial.fault->rows.empty() || listed(trial.fault->rows, found.row));
    trial.findings.push_back(std::move(found));
  }
  for (const Json& quirk : summary["missing_quirks"]) trial.missing_quirks.push_back(quirk);
  if (const bool said = *exit == 1; said != (trial.found() || summary["casualties"].size() != 0))
    trial.problem = fmt::format("the exit status {} is not what the summary says", *exit);
}

void replay_findings(Trial& trial, const TrialOptions& options) {
  const fs::path log = options.out / trial.fault->name / "replay.log";
  for (Found& found : trial.findings) {
    found.replays = run_command(options, trial.fault->name, replay_of(options, found.path), log) == 1;
    found.quiet = run_command(options, "", replay_of(options, found.path), log) == 0;
  }
}

}  // namespace

bool Trial::named() const {
  return std::ranges::any_of(findings, &Found::named) || (fault && listed(fault->stages, "quirk") && !missing_quirks.empty());
}
bool Trial::all_replay() const { return std::ranges::all_of(findings, &Found::replays); }
bool Trial::all_quiet() const { return std::ranges::all_of(findings, &Found::quiet); }

Trial try_fault(const Fault& fault, const TrialOptions& options) {
  Trial trial{.fault = &fault};
  const auto begin = std::chrono::steady_clock::now();
  run_session(trial, options, std::min(short_session, options.runs));
  if (trial.problem.empty() && !trial.named() && options.runs > short_session) run_session(trial, options, options.runs);
  if (trial.problem.empty()) replay_findings(trial, options);
  trial.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return trial;
}

Trial try_none(const TrialOptions& options) {
  Trial trial;
  const auto begin = std::chrono::steady_clock::now();
  run_session(trial, options, options.runs);
  trial.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (trial.problem.empty() && trial.found()) trial.problem = "a session without a fault has findings";
  return trial;
}

std::string verdict_of(const Trial& trial) {
  if (!trial.problem.empty()) return trial.problem;
  if (!trial.fault) return "clean";
  if (!trial.found()) return "missed";
  std::string verdict = trial.named() ? "found" : trial.findings.empty() && trial.lost ? "ended a machine" : "found elsewhere";
  if (!trial.all_replay()) verdict += ", does not replay";
  if (!trial.all_quiet()) verdict += ", its case fails without the fault";
  return verdict;
}

Json to_json(const Trial& trial) {
  Json json = {{"fault", trial.fault ? trial.fault->name : "none"},
               {"group", trial.fault ? trial.fault->group : ""},
               {"verdict", verdict_of(trial)},
               {"passed", trial.fault ? trial.passed() : trial.problem.empty()},
               {"runs", trial.runs},
               {"seconds", trial.seconds},
               {"missing_quirks", trial.missing_quirks},
               {"findings", Json::array()}};
  for (const Found& found : trial.findings)
    json["findings"].push_back({{"signature", found.signature},
                                {"stage", found.stage},
                                {"row", found.row},
                                {"case", found.path},
                                {"named", found.named},
                                {"replays", found.replays},
                                {"quiet", found.quiet}});
  return json;
}

}  // namespace diptych::faults

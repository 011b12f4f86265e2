// diptych-faults: plants faults in a copy of the source, and tells which of them the fuzzer finds.
#include "tests/faults/plant.hpp"
#include "tests/faults/trial.hpp"

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <set>
#include <thread>

namespace diptych::faults {
namespace {

namespace options = boost::program_options;
namespace fs = std::filesystem;

enum Exit : int { fine = 0, missed = 1, unusable = 2 };

int complain(const Error& error) {
  fmt::print(stderr, "diptych-faults: {}\n", error.message);
  return unusable;
}

void print_trial(const Trial& trial) {
  fmt::print("{:<28} {:<14} {:>7} runs {:>5.1f} s  {}\n", trial.fault ? trial.fault->name : "none", trial.fault ? trial.fault->group : "",
             trial.runs, trial.seconds, verdict_of(trial));
  constexpr std::size_t shown = 4;
  for (const Found& found : trial.findings) {
    if (found.named && found.replays && found.quiet && trial.passed()) continue;
    if (&found - trial.findings.data() >= std::ptrdiff_t(shown)) {
      fmt::print("    and {} more\n", trial.findings.size() - shown);
      break;
    }
    fmt::print("    {}{}{}  {}\n", found.signature, found.replays ? "" : ", does not replay", found.quiet ? "" : ", fails without the fault",
               found.path);
  }
  std::fflush(stdout);
}

// One fault after the other in each of several threads; results in the order of the faults.
std::vector<Trial> try_all(const std::vector<const Fault*>& faults, const TrialOptions& some, unsigned jobs, bool tell) {
  std::vector<Trial> trials(faults.size());
  std::atomic<std::size_t> next = 0;
  std::mutex telling;
  const auto work = [&] {
    for (std::size_t i = next++; i < faults.size(); i = next++) {
      trials[i] = try_fault(*faults[i], some);
      const std::scoped_lock lock(telling);
      if (tell) print_trial(trials[i]);
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned k = 0; k < jobs; ++k) threads.emplace_back(work);
  threads.clear();
  return trials;
}

Result<std::vector<const Fault*>> chosen_of(const std::vector<Fault>& faults, const std::vector<std::string>& names) {
  std::vector<const Fault*> chosen;
  for (const std::string& name : names)
    if (std::ranges::none_of(faults, [&](const Fault& fault) { return fault.name == name || fault.group == name; }))
      return fail(ErrorKind::bad_input, fmt::format("there is no fault or table called {}", name));
  for (const Fault& fault : faults)
    if (names.empty() || std::ranges::find(names, fault.name) != names.end() || std::ranges::find(names, fault.group) != names.end())
      chosen.push_back(&fault);
  return chosen;
}

int run(int count, char** arguments) {
  std::string verb, tables, source, tree, command, out, oracle, mix;
  std::vector<std::string> names;
  TrialOptions some;
  unsigned jobs = 0;
  options::options_description described("Options");
  described.add_options()("verb", options::value(&verb)->required(), "check: every fault's text stands once in the source; plant: make a copy with all of them; run: fuzz with each in turn")(
      "tables", options::value(&tables)->default_value(DIPTYCH_SOURCE_DIR "/tests/faults/table"), "directory of tables of faults")(
      "source", options::value(&source)->default_value(DIPTYCH_SOURCE_DIR), "the source")("tree", options::value(&tree), "plant: where the copy goes")(
      "command", options::value(&command), "run: the diptych built from the copy")("out", options::value(&out)->default_value("reports/out/faults"), "run: directory for what the sessions leave")(
      "fault", options::value(&names), "run: only these faults or tables")("runs", options::value(&some.runs)->default_value(some.runs), "run: within how many runs a fault is to be found")(
      "seed", options::value(&some.seed)->default_value(some.seed), "run: the sessions' seed")("oracle", options::value(&some.oracle)->default_value(some.oracle), "run: the references")(
      "mix", options::value(&some.mix)->default_value(some.mix), "run: what the programs are about")(
      "jobs", options::value(&jobs)->default_value(std::max(1u, std::thread::hardware_concurrency())), "run: sessions at a time")(
      "json", "run: print JSON")("help", "this");
  options::positional_options_description positional;
  positional.add("verb", 1);
  options::variables_map values;
  try {
    options::store(options::command_line_parser(count, arguments).options(described).positional(positional).run(), values);
    if (values.contains("help")) {
      std::ostringstream text;
      text << described;
      fmt::print("diptych-faults check|plant|run\n{}", text.str());
      return fine;
    }
    options::notify(values);
  } catch (const options::error& error) {
    return complain({ErrorKind::bad_input, error.what()});
  }

  const Result<std::vector<Fault>> faults = read_tables(tables);
  if (!faults) return complain(faults.error());
  if (verb == "check") {
    const Result<void> checked = check(*faults, source);
    if (!checked) return complain(checked.error());
    fmt::print("{} faults can be planted\n", faults->size());
    return fine;
  }
  if (verb == "plant") {
    if (tree.empty()) return complain({ErrorKind::bad_input, "plant needs --tree"});
    const Result<void> done = plant(*faults, source, tree);
    return done ? fine : complain(done.error());
  }
  if (verb != "run") return complain({ErrorKind::bad_input, fmt::format("{} is none of check, plant and run", verb)});

  some.command = command;
  some.out = fs::absolute(out);
  std::error_code ignored;
  if (!fs::exists(some.command, ignored)) return complain({ErrorKind::bad_input, fmt::format("--command \"{}\" does not exist", command)});
  const Result<std::vector<const Fault*>> chosen = chosen_of(*faults, names);
  if (!chosen) return complain(chosen.error());
  const bool json = values.contains("json");
  const Trial none = try_none(some);
  if (!json) print_trial(none);
  const std::vector<Trial> trials = try_all(*chosen, some, std::max(1u, jobs), !json);
  const auto passed = std::ranges::count_if(trials, &Trial::passed);
  const bool all = none.problem.empty() && passed == std::ssize(trials);
  if (json) {
    nlohmann::json told = {{"clean", to_json(none)}, {"faults", nlohmann::json::array()}, {"passed", passed}, {"tried", trials.size()}};
    for (const Trial& trial : trials) told["faults"].push_back(to_json(trial));
    fmt::print("{}\n", told.dump(1));
  } else {
    fmt::print("\n{} of {} faults found and named within {} runs, every finding replaying and quiet without the fault\n", passed, trials.size(), some.runs);
    for (const Trial& trial : trials)
      if (!trial.passed()) fmt::print("  {}: {}\n", trial.fault->name, verdict_of(trial));
  }
  return all ? fine : missed;
}

}  // namespace
}  // namespace diptych::faults

int main(int count, char** arguments) { return diptych::faults::run(count, arguments); }

// diptych-bench: runs the measured programs natively, under qemu and by each tier, and compares the times.
#include "tests/bench/command.hpp"
#include "tests/bench/host.hpp"
#include "tests/bench/report.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>
#include <unistd.h>

namespace diptych::bench {
namespace {


std::vector<std::string> words(const std::string& list) {
  std::vector<std::string> result;
  std::istringstream stream(list);
  for (std::string word; std::getline(stream, word, ',');)
    if (!word.empty()) result.push_back(word);
  return result;
}

// Those of `all` that the list names, in their own order; all of them if it names none.
template <class Things>
Result<std::vector<typename Things::value_type>> choose(const Things& all, const std::string& list) {
  const std::vector<std::string> wanted = words(list);
  for (const std::string& name : wanted)
    if (std::ranges::none_of(all, [&](const auto& thing) { return thing.name == name; }))
      return fail(ErrorKind::bad_input, fmt::format("there is no \"{}\" to measure; see --help", name));
  std::vector<typename Things::value_type> chosen;
  for (const auto& thing : all)
    if (wanted.empty() || std::ranges::find(wanted, thing.name) != wanted.end()) chosen.push_back(thing);
  return chosen;
}

int run(Command& command, int argc, char** argv) {
  std::string program_list, runner_list;
  std::string measured = DIPTYCH_COMMAND;
  Plan plan;
  std::string all_names;
  for (const Program& program : programs) all_names += fmt::format("{}{}", all_names.empty() ? "" : ",", program.name);
  auto plain = [](double& value) { return options::value(&value)->default_value(value, fmt::format("{}", value)); };
  options::options_description described("Options");
  described.add_options()
      ("programs", options::value(&program_list), ("of " + all_names).c_str())
      ("runners", options::value(&runner_list),
       "of native,qemu,baseline,breakpoint,watchpoint,interp; those that cannot be used here are left out with a note, unless they are named")
      ("rounds", options::value(&plan.rounds)->default_value(plan.rounds), "how often each runs")
      ("scale", plain(plan.scale), "of the work, where 1 is about half a second natively")
      ("slow-scale", plain(plan.slow_scale),
       "of the work once more, for interpreters and what they are compared with")
      ("seed", options::value(&plan.seed)->default_value(plan.seed), "of the order within a round")
      ("timeout", plain(plan.seconds_allowed), "seconds that one run may take")
      ("diptych", options::value(&measured)->default_value(measured), "the command, to measure another build of it");
  if (const auto exit = command.parse(argc, argv, described)) return *exit;
  if (plan.rounds == 0 || !(plan.scale > 0) || !(plan.slow_scale > 0))
    return command.complain("rounds and scales must be more than 0");

  const auto chosen_programs = choose(std::vector(std::begin(programs), std::end(programs)), program_list);
  if (!chosen_programs) return command.complain(chosen_programs.error().message);
  const auto chosen_runners = choose(all_runners({DIPTYCH_BENCH_PROGRAMS, measured, DIPTYCH_LOOKED_ON}), runner_list);
  if (!chosen_runners) return command.complain(chosen_runners.error().message);
  std::vector<Runner> runners;
  nlohmann::json left_out = nlohmann::json::object();
  for (const Runner& runner : *chosen_runners) {
    if (const auto reason = why_unusable(runner, chosen_programs->front().name)) {
      if (!runner_list.empty()) return command.complain(fmt::format("{}: {}", runner.name, *reason));
      fmt::print(stderr, "{} is left out: {}\n", runner.name, *reason);
      left_out[runner.name] = *reason;
    } else {
      runners.push_back(runner);
    }
  }

  nlohmann::json host = describe_host();
  std::vector<Measured> all;
  for (const Program& program : *chosen_programs) {
    fmt::print(stderr, "{} ({} of {})\n", program.name, all.size() + 1, chosen_programs->size());
    all.push_back(measure_rounds(program, runners, plan));
  }

  fmt::print("{}", table(all, runners));
  fmt::print("Medians of {} interleaved rounds, CPU time. A/B: time of A in multiples of that of B.\n", plan.rounds);
  bool wrong = false;
  for (const Measured& measured : all)
    for (const std::string& sentence : measured.wrong) {
      fmt::print("WRONG: {}\n", sentence);
      wrong = true;
    }
  nlohmann::json everything = as_json(all, runners, plan);
  everything["host"] = std::move(host);
  everything["left_out"] = std::move(left_out);
  return command.write(everything, wrong ? wrong_output : fine);
}

}  // namespace
}  // namespace diptych::bench

int main(int argc, char** argv) {
  return diptych::bench::Command("diptych-bench", "guest programs, run natively, under qemu and by each tier").run(argc, argv, diptych::bench::run);
}

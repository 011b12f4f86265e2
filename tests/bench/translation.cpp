// diptych-bench-translation: what translating costs, a stage at a time, over all the code of real programs.
#include "tests/bench/command.hpp"
#include "tests/bench/guest_code.hpp"
#include "tests/bench/host.hpp"
#include "tests/bench/stages.hpp"
#include "tests/bench/summary.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <sys/resource.h>

namespace diptych::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t batch_instructions = 256;

struct Cost {
  Stage stage;
  std::vector<double> nanoseconds{};  ///< a guest instruction, one a round
  std::size_t left = 0;               ///< by the stage, over all the code
};

// Cuts the stretches into batches of about as many instructions.
std::vector<std::span<const Stretch>> batches_of(std::span<const Stretch> stretches) {
  std::vector<std::span<const Stretch>> batches;
  std::size_t first = 0, count = 0;
  for (std::size_t i = 0; i < stretches.size(); ++i) {
    count += stretches[i].count;
    if (count < batch_instructions && i + 1 < stretches.size()) continue;
    batches.push_back(stretches.subspan(first, i + 1 - first));
    first = i + 1;
    count = 0;
  }
  return batches;
}

// How often this thread had to leave its processor to another.
long interruptions() {
  rusage used{};
  ::getrusage(RUSAGE_THREAD, &used);
  return used.ru_nivcsw;
}

std::vector<Cost> measure_stages(std::span<const Stretch> stretches, unsigned rounds) {
  const std::vector<Stage> all = stages();
  const std::vector<std::span<const Stretch>> batches = batches_of(stretches);
  std::vector<Cost> costs;
  for (const Stage& stage : all) costs.push_back({stage});

  Batch batch;
  // The round before the first brings code, caches and storage to where they stay.
  for (unsigned round = 0; round <= rounds;) {
    for (Cost& cost : costs)
      if (round == 0) cost.left = 0;
    std::vector<Clock::duration> spent(all.size()), in_batch(all.size());
    std::size_t counted = 0;
    for (const std::span<const Stretch>& next : batches) {
      batch.stretches = next;
      const long before = interruptions();
      for (std::size_t i = 0; i < all.size(); ++i) {
        const Clock::time_point begin = Clock::now();
        all[i].run(batch);
        in_batch[i] = Clock::now() - begin;
        if (round == 0) costs[i].left += all[i].left(batch);
      }
      // The time of another program is in one of these, and a clock of our own time alone would cost more
      // than some stages do.
      if (interruptions() != before) continue;
      for (std::size_t i = 0; i < all.size(); ++i) spent[i] += in_batch[i];
      for (const Stretch& stretch : next) counted += stretch.count;
    }
    if (counted == 0) continue;
    for (std::size_t i = 0; round != 0 && i < all.size(); ++i)
      costs[i].nanoseconds.push_back(std::chrono::duration<double, std::nano>(spent[i]).count() / double(counted));
    ++round;
  }
  return costs;
}

int run(Command& command, int argc, char** argv) {
  std::vector<std::string> files;
  unsigned rounds = 11;
  options::options_description described("Options");
  described.add_options()
      ("files", options::value(&files), "guest programs; all the measured ones if none is given")
      ("rounds", options::value(&rounds)->default_value(rounds), "how often all of their code is translated");
  options::positional_options_description positional;
  positional.add("files", -1);
  if (const auto exit = command.parse(argc, argv, described, positional)) return *exit;
  if (rounds == 0) return command.complain("rounds must be more than 0");

  if (files.empty())
    for (const auto& file : std::filesystem::directory_iterator(DIPTYCH_BENCH_PROGRAMS))
      if (file.path().extension() == ".riscv64") files.push_back(file.path().string());
  std::ranges::sort(files);
  std::vector<GuestCode> codes;
  for (const std::string& file : files) {
    Result<GuestCode> code = read_code(file);
    if (!code) return command.complain(code.error().message);
    codes.push_back(std::move(*code));
  }
  std::vector<Stretch> stretches;
  for (const GuestCode& code : codes) std::ranges::copy(sweep(code), std::back_inserter(stretches));
  std::size_t instructions = 0;
  for (const Stretch& stretch : stretches) instructions += stretch.count;
  if (instructions == 0) return command.complain("there is no code in what was given");

  nlohmann::json host = describe_host();
  const std::vector<Cost> costs = measure_stages(stretches, rounds);
  std::vector<double> totals(rounds);
  nlohmann::json stages_json = nlohmann::json::array();
  fmt::print("{:<16}  {:>6}  {:>6}  {:>12}\n", "stage", "ns", "spread", "leaves");
  auto line = [](std::string_view name, std::span<const double> times, std::string_view left) {
    fmt::print("{:<16}  {:>6.1f}  {:>4.0f} %  {:>12}\n", name, median(times), spread(times) * 100, left);
  };
  bool summed = false;
  for (const Cost& cost : costs) {
    if (!cost.stage.in_baseline && !std::exchange(summed, true)) line("all for baseline", totals, "");
    const double left = double(cost.left) / double(instructions);
    line(cost.stage.name, cost.nanoseconds, fmt::format("{:.2f} {:<5}", left, cost.stage.unit));
    for (unsigned i = 0; cost.stage.in_baseline && i < rounds; ++i) totals[i] += cost.nanoseconds[i];
    stages_json.push_back({{"name", cost.stage.name},
                           {"nanoseconds", median(cost.nanoseconds)},
                           {"spread", spread(cost.nanoseconds)},
                           {"leaves", left},
                           {"unit", cost.stage.unit},
                           {"in_baseline", cost.stage.in_baseline}});
  }
  fmt::print("Nanoseconds a guest instruction, and what a stage leaves for each.\n"
             "Medians of {} rounds over {} guest instructions in {} blocks of {} programs.\n", rounds, instructions,
             stretches.size(), files.size());

  return command.write({{"rounds", rounds},
                        {"guest_instructions", instructions},
                        {"blocks", stretches.size()},
                        {"files", files},
                        {"stages", stages_json},
                        {"all", {{"nanoseconds", median(totals)}, {"spread", spread(totals)}}},
                        {"host", host}});
}

}  // namespace
}  // namespace diptych::bench

int main(int argc, char** argv) {
  return diptych::bench::Command("diptych-bench-translation", "what translating costs, a stage at a time").run(argc, argv, diptych::bench::run);
}

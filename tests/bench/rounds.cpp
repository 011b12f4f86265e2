#include "tests/bench/rounds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace diptych::bench {
namespace {

struct Entry {
  const Runner* runner;
  Series series;
  bool out = false;
};

// Once at full size for all that are not slow; where some are, once more at theirs for them and for
// those that they are compared with.
std::vector<Entry> entries_for(std::span<const Runner> runners) {
  std::vector<Entry> entries;
  for (const Runner& runner : runners)
    if (!runner.slow) entries.push_back({&runner, {.runner = runner.name}});
  if (std::ranges::any_of(runners, &Runner::slow))
    for (const Runner& runner : runners)
      if (runner.slow || !runner.ours) entries.push_back({&runner, {.runner = runner.name, .slow = true}});
  return entries;
}

std::uint64_t scaled(std::uint64_t size, double scale) {
  return std::max<std::uint64_t>(1, std::uint64_t(std::llround(double(size) * scale)));
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

const Series* Measured::find(std::string_view runner, bool slow) const {
  auto found = std::ranges::find_if(series, [&](const Series& s) { return s.runner == runner && s.slow == slow; });
  return found == series.end() ? nullptr : &*found;
}

Measured measure_rounds(const Program& program, std::span<const Runner> runners, const Plan& plan) {
  Measured measured{.program = program,
                    .size = scaled(program.size, plan.scale),
                    .slow_size = scaled(program.size, plan.scale * plan.slow_scale)};
  std::vector<Entry> entries = entries_for(runners);
  std::vector<Entry*> order;
  for (Entry& entry : entries) order.push_back(&entry);

  // What the first runner says at each size, so that it must run first, once.
  std::optional<std::string> right[2];
  std::mt19937_64 random(plan.seed);
  for (unsigned round = 0; round < plan.rounds; ++round) {
    if (round != 0) std::ranges::shuffle(order, random);
    for (Entry* entry : order) {
      if (entry->out) continue;
      const bool slow = entry->series.slow;
      const std::uint64_t size = slow ? measured.slow_size : measured.size;
      const Result<Run> run = measure(entry->runner->command(program.name, size), plan.seconds_allowed);
      std::optional<std::string>& expected = right[slow];
      std::string wrong;
      if (!run) wrong = run.error().message;
      else if (run->exit != 0)
        wrong = fmt::format("{} ended {} with exit status {}: {}", entry->runner->name, program.name, run->exit,
                            first_line(run->err));
      else if (expected && run->out != *expected)
        wrong = fmt::format("{} gives another output for {}: \"{}\" in place of \"{}\"", entry->runner->name,
                            program.name, first_line(run->out), first_line(*expected));
      if (!wrong.empty()) {
        measured.wrong.push_back(wrong);
        entry->out = true;
        continue;
      }
      if (!expected) expected = run->out;
      entry->series.cpu.push_back(run->cpu);
      entry->series.wall.push_back(run->wall);
      if (entry->runner->ours) entry->series.instructions = instructions_in(run->err);
    }
  }
  for (Entry& entry : entries)
    if (!entry.out) measured.series.push_back(std::move(entry.series));
  return measured;
}

std::vector<double> ratios(const Series& of, const Series& to) {
  std::vector<double> result;
  for (std::size_t i = 0; i < of.cpu.size(); ++i) result.push_back(of.cpu[i] / to.cpu[i]);
  return result;
}

}  // namespace diptych::bench

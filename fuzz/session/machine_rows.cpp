#include "fuzz/session/machine_rows.hpp"

#include "fuzz/generate/block.hpp"
#include "oracle/machines.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace diptych::fuzz {
namespace {

// Nothing is to be said of it but that it agrees.
bool only_agrees(const MachineSummary& machine, const MachineTally& tally) {
  return !machine.oracle && is_stage(machine.name) && tally.open == 0 && tally.quirk == 0 && tally.unsteady == 0 && tally.flaky == 0 && tally.unexplained == 0 &&
         std::ranges::all_of(tally.abstained, [](u64 count) { return count == 0; });
}

// While a session runs, some of them have had the inputs of the block already.
bool near(u64 a, u64 b) { return std::max(a, b) - std::min(a, b) <= inputs_per_block; }

}  // namespace

std::vector<MachineRow> machine_rows(const Summary& summary) {
  std::vector<MachineRow> rows;
  constexpr std::size_t none = ~std::size_t{0};
  std::size_t group = none, members = 0;
  for (std::size_t i = 0; i < summary.machines.size(); ++i) {
    const MachineSummary& machine = summary.machines[i];
    const MachineTally& tally = summary.tally.machines[i];
    const bool agrees = only_agrees(machine, tally);
    if (agrees && group != none && near(rows[group].tally.compared, tally.compared)) {
      rows[group].tally.compared = std::min(rows[group].tally.compared, tally.compared);
      rows[group].name = fmt::format("{} stages agree", ++members);
      rows[group].seconds += machine.seconds;
      continue;
    }
    if (agrees && group == none) {
      group = rows.size();
      members = 1;
    }
    rows.push_back({machine.name, machine.seconds, tally});
  }
  return rows;
}

std::string subjects_in_short(const Summary& summary) {
  std::vector<std::string_view> names;
  bool stages = true;
  for (const MachineSummary& machine : summary.machines) {
    if (machine.oracle) continue;
    names.push_back(machine.name);
    stages &= is_stage(machine.name);
  }
  if (names.size() <= 2) return summary.configuration.subjects;
  return fmt::format("{} to {} ({} {})", names.front(), names.back(), names.size(), stages ? "stages" : "machines");
}

}  // namespace diptych::fuzz

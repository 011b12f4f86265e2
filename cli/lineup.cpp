#include "cli/lineup.hpp"

#include "oracle/comparison/stages.hpp"

#include <iterator>

namespace diptych::cli {

Result<Lineup> line_up(std::string_view subjects, std::string_view oracles, Guest guest, MachineWatch& watch) {
  auto machines = make_machines(subject_list(subjects, guest), guest);
  if (!machines) return std::unexpected(std::move(machines).error());
  auto references = make_machines(oracle_list(oracles, guest), guest);
  if (!references) return std::unexpected(std::move(references).error());
  const std::size_t stages = count_stages(*machines, guest);
  std::ranges::move(*references, std::back_inserter(*machines));
  for (std::unique_ptr<Machine>& machine : *machines) machine = watch.watched(std::move(machine));
  return Lineup{std::move(*machines), stages};
}

}  // namespace diptych::cli

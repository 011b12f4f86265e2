#include "cli/lineup.hpp"

#include "engine/guest/instructions.hpp"
#include "oracle/comparison/stages.hpp"

#include <fmt/format.h>

#include <iterator>

namespace diptych::cli {

Result<void> check_supported(Guest guest) {
  if (row_count(guest) != 0) return {};
  std::string supported;
  for (const Guest one : {Guest::riscv64, Guest::aarch64, Guest::x86_64})
    if (row_count(one) != 0) supported += (supported.empty() ? "" : ", ") + std::string(name_of(one));
  return fail(ErrorKind::bad_input, fmt::format("{} cases are not supported yet; supported guests: {}", name_of(guest), supported));
}

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

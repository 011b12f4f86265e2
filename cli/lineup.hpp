// The machines a command was asked to run a case on.
#pragma once

#include "cli/machine_watch.hpp"
#include "oracle/machines.hpp"

namespace diptych::cli {

struct Lineup {
  std::vector<std::unique_ptr<Machine>> machines;  ///< subjects first, then references
  std::size_t stages = 1;  ///< how many of them, from the first on, are stages of one pipeline
};

/// An error that says what is missing where cases of this guest cannot be run.
Result<void> check_supported(Guest guest);

/// From lists as given on the command line. Each machine is watched.
Result<Lineup> line_up(std::string_view subjects, std::string_view oracles, Guest guest, MachineWatch& watch);

}  // namespace diptych::cli

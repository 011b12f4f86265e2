// What was run, what was compared, and what was not and why: plain counters, so that they can lie in
// memory that a worker process and its parent share.
#pragma once

#include "engine/machine/guest.hpp"

#include <array>
#include <string_view>

namespace diptych {

/// Why a machine was not asked, or its answer not compared.
enum class Abstention : u8 {
  extension,  ///< instructions it does not have
  placement,  ///< memory it cannot lay out
  budget,     ///< runs cut off, on a machine that does not count
  bounds,     ///< accesses to where the machine keeps something of its own, and what else it cannot see
  lost,       ///< it died or did not answer
};
constexpr std::size_t abstention_count = 5;
std::string_view name_of(Abstention why);

struct MachineTally {
  u64 compared = 0;     ///< runs whose outcome was held against another's
  u64 open = 0;         ///< of them: differed only in what the manual leaves open
  u64 quirk = 0;        ///< of them: differed by known quirks
  u64 unsteady = 0;     ///< of them: agreed when run precisely, and the fast run was no less exact than promised
  u64 unexplained = 0;  ///< of them: findings
  u64 flaky = 0;        ///< of them: did not part when they were run again, so findings as well
  std::array<u64, abstention_count> abstained{};
  u64 first_run_ticks = 0;        ///< spent in this machine's first runs on the caller's thread
  u64 away_ticks = 0;             ///< spent waiting for a machine that runs in a process of its own
  double seconds_elsewhere = 0;   ///< CPU seconds of its own processes, first runs only
};

struct Tally {
  static constexpr std::size_t most_machines = 24, most_quirks = 64, most_rows = 1024;

  u64 runs = 0;        ///< program and input pairs
  u64 executions = 0;  ///< runs, times the machines that ran them
  u64 reruns = 0;      ///< differences that were looked into by running again
  u64 fields_all = 0;
  u64 fields_compared = 0;  ///< with at least one other machine
  std::array<u64, most_quirks> quirk_hits{};  ///< by index into all_quirks()
  /// Batches, of those looked into, in which a modelled quirk concerned a run and did not show; only up to the first run
  /// that shows it, which are the others.
  std::array<u64, most_quirks> quirk_misses{};
  std::array<u64, most_quirks> quirk_shown{};
  ExtensionSet extensions = 0;         ///< of the first machine
  ExtensionSet shared_extensions = 0;  ///< of them those that another machine has
  std::array<MachineTally, most_machines> machines{};  ///< the panel's, in order
  std::array<u64, most_rows> rows_executed{};
  std::array<u64, most_rows> rows_compared{};
};

}  // namespace diptych

// A fuzzing session: the worker is watched, its findings are minimized and gathered by signature, and
// whatever happens, a summary comes of it.
#pragma once

#include "fuzz/session/summary.hpp"

#include <atomic>
#include <functional>

namespace diptych::fuzz {

/// Where the programs that a session starts are.
struct Programs {
  std::filesystem::path worker;   ///< diptych-fuzz-worker
  std::filesystem::path command;  ///< diptych, for `minimize`
};

/// Runs a session to its end, or until `interrupted` is set. `progress` is called about four times a
/// second with the summary so far. Leaves in configuration.out: raw/, the cases as found; findings/,
/// one minimized case a signature; summary.json, summary.txt, worker.log.
Result<Summary> run_session(const Configuration& configuration, const Programs& programs,
                            const std::function<void(const Summary&)>& progress, const std::atomic<bool>& interrupted);

}  // namespace diptych::fuzz

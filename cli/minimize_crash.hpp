// A case that costs a machine its process, cut down.
#pragma once

#include "cli/guarded_run.hpp"
#include "fuzz/minimize/minimize.hpp"

#include <optional>

namespace diptych::cli {

/// The smallest case on which the machine, alone and in a new process each time, is lost in the same way. Nothing where
/// it is not. One that does not end is only confirmed: a few hundred tries of that would take hours.
std::optional<fuzz::Minimized> minimize_crash(const Case& some, const Lost& lost, double limit);

}  // namespace diptych::cli

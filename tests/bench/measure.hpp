// One run of a program: what it said, how it ended, and the time it took.
#pragma once

#include "engine/machine/error.hpp"

#include <string>
#include <vector>

namespace diptych::bench {

struct Run {
  double cpu = 0;      ///< seconds of user and system time, of the program and its children
  double wall = 0;     ///< seconds from before it was started to after it ended
  int exit = 0;        ///< exit status; 128 and the number of the signal that ended it
  std::string out, err;
};

/// Runs a command, found along PATH, with nothing to read. An error: it could not be started, took
/// longer than it may, or said more than anybody will read; it is dead then.
Result<Run> measure(const std::vector<std::string>& command, double seconds_allowed);

}  // namespace diptych::bench

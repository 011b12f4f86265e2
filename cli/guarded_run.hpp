// Work on cases in a child process: a machine that dies or does not end takes one case with it, not the command.
#pragma once

#include "cli/machine_watch.hpp"

#include <expected>
#include <functional>
#include <string>

namespace diptych::cli {

/// How long a machine may take for one run, unless the user says otherwise.
constexpr double default_time_limit = 20;

/// A piece of work that ended its process, or had to be ended.
struct Lost {
  std::string machine;  ///< that was running; empty: none, but the comparison of them
  std::string how;      ///< "was ended by signal 11 (Segmentation fault)", "did not end within 20 s (--time-limit)"

  /// The two as a sentence.
  std::string text() const { return (machine.empty() ? "the comparison" : machine) + " " + how; }
};

/// Does one piece of the work, by its number, and gives what came of it as any bytes.
using Work = std::function<std::string(std::size_t)>;

/// Runs `count` pieces of work in their order in a child process. Where a piece is lost, a new child goes on with the
/// next. `start` makes the work, with its machines, and is called once in each child; its error ends everything and is
/// returned. `take` is called here, for each piece in order; it says whether to go on. A run of one machine, or what
/// lies between two of them, may take `limit` seconds.
Result<void> run_guarded(std::size_t count, double limit, const std::function<Result<Work>(MachineWatch&)>& start,
                         const std::function<bool(std::size_t, std::expected<std::string, Lost>)>& take);

/// An error unless this is a number of seconds above 0.
Result<void> check_time_limit(double limit);

}  // namespace diptych::cli

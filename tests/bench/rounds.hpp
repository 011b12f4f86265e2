// Interleaved rounds: in each, every runner runs the same program once, in an order drawn anew, so that
// what disturbs the machine for a while disturbs all of them alike.
#pragma once

#include "tests/bench/runner.hpp"
#include "tests/guests/bench/suite.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace diptych::bench {

struct Plan {
  unsigned rounds = 5;
  double scale = 1;       ///< of every program's size
  double slow_scale = 0.1;  ///< and again, for slow runners
  double seconds_allowed = 600;
  std::uint64_t seed = 1;
};

/// One runner at one size: a number for each round. Those of one size can be compared round by round.
struct Series {
  std::string runner;
  bool slow = false;  ///< of the smaller size
  std::vector<double> cpu{}, wall{};
  std::optional<double> instructions{};
};

struct Measured {
  Program program;
  std::uint64_t size = 0, slow_size = 0;
  std::vector<Series> series{};
  std::vector<std::string> wrong{};  ///< runs that failed, outputs that differ, as sentences

  /// nullptr: there is none.
  const Series* find(std::string_view runner, bool slow) const;
};

/// Runs one program. The first of the runners says what the right output is; one that fails or says
/// something else is left out of the rounds that follow, and out of the series.
Measured measure_rounds(const Program& program, std::span<const Runner> runners, const Plan& plan);

/// Times of one runner in multiples of another's, round by round.
std::vector<double> ratios(const Series& of, const Series& to);

}  // namespace diptych::bench

// What was measured, as a table for people and as JSON for programs.
#pragma once

#include "tests/bench/rounds.hpp"

#include <nlohmann/json_fwd.hpp>

#include <span>
#include <string>
#include <vector>

namespace diptych::bench {

/// A program and a runner: how its time stands to another runner's, in the rounds that both have.
struct Ratio {
  double median = 0;
  double spread = 0;
};
std::optional<Ratio> ratio_of(const Measured& measured, const Runner& runner, std::string_view to);

/// Of the ratios of all programs of a kind; nothing where there are none.
std::optional<double> mean_ratio(std::span<const Measured> all, Kind kind, const Runner& runner, std::string_view to);

/// One line a program, one column for each runner, and below each kind its geometric means.
std::string table(std::span<const Measured> all, std::span<const Runner> runners);

nlohmann::json as_json(std::span<const Measured> all, std::span<const Runner> runners, const Plan& plan);

}  // namespace diptych::bench

// The ways to run a measured program: natively, under qemu, and by each tier of the engine.
#pragma once

#include "tests/bench/measure.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::bench {

struct Places {
  std::filesystem::path programs;  ///< NAME.native and NAME.riscv64 lie there
  std::filesystem::path diptych;   ///< the command
  std::filesystem::path looked_on;  ///< diptych-bench-looked-on
};

struct Runner {
  std::string name;
  bool slow = false;  ///< an interpreter: it is given less to do, and so are those it is compared with then
  bool ours = false;  ///< a tier of the engine
  std::function<std::vector<std::string>(std::string_view program, std::uint64_t size)> command;
  std::string beside = {};  ///< compared with this runner only, if any
};

/// In the order in which they are shown.
std::vector<Runner> all_runners(const Places& places);

/// Why a runner cannot be used here at all, told from a run of `program`; nothing if it can, well or badly.
std::optional<std::string> why_unusable(const Runner& runner, std::string_view program);

/// The instructions retired by all tiers together, from what `diptych run --stats --json` says on its standard error.
std::optional<double> instructions_in(std::string_view said);

}  // namespace diptych::bench

// Whether the fuzzer finds a planted fault, and whether what it leaves behind can be trusted.
#pragma once

#include "tests/faults/fault.hpp"

#include "engine/machine/integers.hpp"

#include <nlohmann/json_fwd.hpp>

namespace diptych::faults {

struct TrialOptions {
  std::filesystem::path command;  ///< the `diptych` that has the faults in it
  std::filesystem::path out;      ///< a directory for each fault is made in it
  std::string oracle = "unicorn,qemu", mix = "all";
  u64 runs = 200'000;
  u64 seed = 1;
};

/// One finding of a session with a fault on.
struct Found {
  std::string signature, stage, row, path;
  bool named = false;    ///< its stage and row are those expected
  bool replays = false;  ///< the fault on, `replay` says that it differs
  bool quiet = false;    ///< the fault off, `replay` says that all agree, `expect` included
};

struct Trial {
  const Fault* fault = nullptr;
  u64 runs = 0;         ///< of the session that found it, or of the longest that did not
  double seconds = 0;
  bool lost = false;    ///< a machine under test ended its process
  std::vector<Found> findings{};
  std::vector<std::string> missing_quirks{};  ///< sentences about known wrong answers that never came
  std::string problem{};  ///< what kept the trial itself from being done

  bool found() const { return !findings.empty() || !missing_quirks.empty() || lost; }
  bool named() const;
  bool all_replay() const;
  bool all_quiet() const;
  bool passed() const { return problem.empty() && named() && all_replay() && all_quiet(); }
};

/// A short session first, and the whole one where that does not find the fault under its name.
Trial try_fault(const Fault& fault, const TrialOptions& options);

/// A session with every fault off: passes where it finds nothing. `fault` is null.
Trial try_none(const TrialOptions& options);

/// One line for people: "found", or what is wrong.
std::string verdict_of(const Trial& trial);

nlohmann::json to_json(const Trial& trial);

}  // namespace diptych::faults

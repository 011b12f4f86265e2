// What a fuzzing session is asked to do. The command passes it to its worker as JSON.
#pragma once

#include "engine/machine/error.hpp"
#include "engine/machine/guest.hpp"

#include <filesystem>
#include <string>

namespace diptych::fuzz {

struct Configuration {
  Guest guest = Guest::riscv64;
  std::string subjects = "interp";
  std::string oracles = "unicorn,qemu";
  u64 runs = 0;        ///< stop after as many; 0: no limit
  double seconds = 0;  ///< stop after as long; 0: no limit
  u64 seed = 1;
  std::filesystem::path corpus;  ///< read at the start, added to; empty: none
  std::filesystem::path out = "reports/out";
  std::string mix = "all";  ///< one of fuzz/generate/mix.hpp
  std::string quirks = "built-in";  ///< see use_quirks()
  bool allow_uncompared = false;    ///< machines and rows that were hardly compared are no failure
};

/// Below `out`: what is on its way to the corpus. Gone when the session ends.
constexpr const char* pending_corpus = "pending-corpus";

std::string to_json(const Configuration& configuration);
Result<Configuration> configuration_from_json(std::string_view text);

}  // namespace diptych::fuzz

// The machines of a session as they are listed: stages of the engine that agree are one row.
#pragma once

#include "fuzz/session/summary.hpp"

namespace diptych::fuzz {

struct MachineRow {
  std::string name;  ///< "qemu"; "11 stages agree"
  double seconds = 0;
  MachineTally tally;  ///< of several, the least that any of them has
};

std::vector<MachineRow> machine_rows(const Summary& summary);

/// The subjects as a few words: "interp to baseline (11 stages)" where there are more than two.
std::string subjects_in_short(const Summary& summary);

}  // namespace diptych::fuzz

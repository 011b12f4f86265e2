// What the manual leaves open after a run, kept beside a hart by evaluations that track it.
#pragma once

#include "engine/machine/state.hpp"

#include <bitset>
#include <set>

namespace diptych {

struct Shadow {
  std::bitset<GuestState::capacity> words;  ///< registers whose value is open
  std::set<u64> memory;                     ///< bytes whose value is open
  std::set<u64> unsynchronized;             ///< bytes of code changed since the last FENCE.I
  bool everything = false;                  ///< an open value reached an address or a branch
};

}  // namespace diptych

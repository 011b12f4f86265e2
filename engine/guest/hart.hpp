// One hart at user level, of whatever guest: registers, memory, and what is between the instructions.
#pragma once

#include "engine/machine/state.hpp"
#include "engine/machine/stop.hpp"
#include "engine/memory/address_space.hpp"
#include "engine/memory/range.hpp"

#include <optional>

namespace diptych {

/// What a load that reserves left for a conditional store: that succeeds if it uses the same address and
/// memory still holds what was read, extended to its width; any other may fail by the manuals, and does.
struct Reservation {
  u64 address = 0;
  u64 value = 0;
};

/// What is known to be left open by the manual, kept by evaluations that track it.
struct Shadow;

/// Which known deviations of other implementations an evaluation follows, and which of them mattered.
struct Deviations {
  u64 followed = 0;   ///< bits numbered as the guest numbers its deviations
  u64 mattered = 0;
};

struct Hart {
  GuestState state;
  AddressSpace memory;
  std::optional<Reservation> reservation;
  u64 retired = 0;
  Stop stop;                         ///< valid once an evaluation said that it stopped
  std::optional<Range> code_written;  ///< executable bytes a store changed; the run loop takes it away
  Shadow* shadow = nullptr;
  Deviations deviations;
};

}  // namespace diptych

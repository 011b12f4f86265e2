// One hart at user level: registers, memory, and what is between the instructions.
#pragma once

#include "engine/guest/riscv64/registers.hpp"
#include "engine/machine/state.hpp"
#include "engine/machine/stop.hpp"
#include "engine/memory/address_space.hpp"

#include <optional>

namespace diptych::riscv64 {

/// What LR left for SC. An SC succeeds if it uses the same address and memory still holds what LR
/// read, extended to the SC's width; any other may fail by the manual, and does.
struct Reservation {
  u64 address = 0;
  u64 value = 0;
};

/// A range of guest addresses.
struct Range {
  u64 address = 0;
  u64 size = 0;
};

/// What is known to be left open by the manual, kept by evaluations that track it.
struct Shadow;

/// Which known deviations of other implementations an evaluation follows, and which of them mattered.
struct Deviations {
  u64 followed = 0;   ///< bits numbered by enum Deviation
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

  u64& pc() { return state.words[pc_word]; }
};

}  // namespace diptych::riscv64

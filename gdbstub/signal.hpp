// Signals by the numbers the remote protocol gives them, which are no host's.
#pragma once

#include "engine/machine/integers.hpp"

namespace diptych::gdb {

enum class Signal : u8 {
  none = 0,
  interrupt = 2,
  illegal = 4,
  trap = 5,
  kill = 9,
  bus = 10,
  segmentation = 11,
  system_call = 12,
  urgent = 16,
  stop = 17,
  resume = 19,
  child = 20,
  window = 28,
  unknown = 143,
};

/// The last that the protocol has a number for.
constexpr u8 last_signal = 151;

/// Between these and Linux's numbers (those that all but a few old architectures use). What the other side
/// has no number for is `unknown`, and 0.
Signal signal_of_linux(int number);
int linux_number_of(Signal signal);

}  // namespace diptych::gdb

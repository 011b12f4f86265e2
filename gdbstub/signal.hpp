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
  resume = 19,
  child = 20,
  window = 28,
};

/// Does a program that has made no arrangements outlive this signal?
constexpr bool ends_program(Signal signal) {
  return signal != Signal::none && signal != Signal::urgent && signal != Signal::resume && signal != Signal::child &&
         signal != Signal::window;
}

}  // namespace diptych::gdb

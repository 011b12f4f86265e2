// What the debugger said it understands, until it leaves.
#pragma once

#include "gdbstub/signal.hpp"

#include <optional>

namespace diptych::gdb {

struct Client {
  bool acknowledges = true;  ///< both sides do
  bool multiprocess = false;
  bool software_breakpoints = false;  ///< as a reason for a stop
  bool hardware_breakpoints = false;
  bool extended = false;          ///< stays when the program has ended, and may start it again
  bool non_stop = false;          ///< hears of halts by notifications, and speaks while the guest runs
  bool error_messages = false;    ///< errors may be sentences
  bool error_strings = false;     ///< the same in lldb's way
  bool thread_suffixes = false;   ///< lldb says with each packet which thread it means
  bool threads_in_stops = false;  ///< and wants to hear of all threads with each stop
  bool is_lldb = false;           ///< which takes a server that knows it for its own

  /// A signal's number in this debugger's packets: lldb's are Linux's.
  u8 number_of(Signal signal) const { return is_lldb ? static_cast<u8>(linux_number_of(signal)) : static_cast<u8>(signal); }
  /// Nothing: there is no such signal.
  std::optional<Signal> signal_of(u64 number) const {
    const Signal signal = is_lldb ? signal_of_linux(static_cast<int>(number)) : static_cast<Signal>(number);
    if (signal == Signal::unknown || (!is_lldb && number > last_signal)) return std::nullopt;
    return signal;
  }
};

}  // namespace diptych::gdb

// What the debugger said it understands, until it leaves.
#pragma once

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
};

}  // namespace diptych::gdb

// A Linux program under the debugger.
#pragma once

#include "engine/linux/grants.hpp"
#include "gdbstub/engine/guest_output.hpp"
#include "gdbstub/engine/inferior.hpp"

#include <memory>
#include <string>
#include <vector>

namespace diptych::gdb {

struct ProcessInferiorOptions {
  std::string program;                   ///< the host's path of the file
  std::vector<std::string> arguments;    ///< the first is the program's own name
  std::vector<std::string> environment;  ///< NAME=VALUE
  linux_guest::Grants grants;
  std::string tier;
  bool records = true;  ///< what comes from outside, so that the past can be gone back to
  int interrupt = -1;   ///< a descriptor: while it is readable, no system call waits
  linux_guest::HostFile input = {};          ///< its standard input, from the beginning with each start; none: this process's
  std::unique_ptr<GuestOutput> output = {};  ///< where it prints to; none: this process's standard output and error
};

/// Before its first instruction. It belongs to the thread that makes it. Errors: the file is no program, there is
/// no such tier, the host has no room.
Result<std::unique_ptr<Inferior>> make_process_inferior(ProcessInferiorOptions options);

}  // namespace diptych::gdb

// A debugger started for the server, on this terminal.
#pragma once

#include "engine/machine/error.hpp"

#include <string>
#include <sys/types.h>

namespace diptych::cli {

/// Starts gdb, lldb or whatever program speaks like one of them, and has it connect. `gdb` is the one that knows
/// other architectures where there is such a one. `program` is its file, for symbols; empty: there is none. An
/// error says that it could not be started.
Result<pid_t> start_debugger(const std::string& name, const std::string& program, const std::string& address);

}  // namespace diptych::cli

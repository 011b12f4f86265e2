// A halt in the protocol's words.
#pragma once

#include "gdbstub/client.hpp"
#include "gdbstub/protocol/thread_id.hpp"
#include "gdbstub/target.hpp"

#include <string>

namespace diptych::gdb {

/// What this client is told of this halt of this thread: with it come the registers that a debugger asks for
/// first.
std::string describe_stop(const Target& target, const Client& client, const rsp::ThreadId& thread, const Halt& halt);

}  // namespace diptych::gdb

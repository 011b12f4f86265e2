// One debugger's conversation over file descriptors, from its first byte to its leaving.
#pragma once

#include "gdbstub/session.hpp"

#include <functional>

namespace diptych::gdb {

/// Where the bytes come from and go to. Neither is closed.
struct Channel {
  int in = -1;
  int out = -1;
};

/// What else is to be noticed meanwhile; -1: nothing.
struct Watch {
  int stop = -1;   ///< readable when the conversation is to end
  int other = -1;  ///< readable when somebody else wants something
  std::function<void()> serve_other = {};
};

/// Returns when the debugger has gone, wants the link closed, or the watch says stop. The caller holds
/// a QuietPipes.
void converse(Session& session, Channel channel, const Watch& watch);

}  // namespace diptych::gdb

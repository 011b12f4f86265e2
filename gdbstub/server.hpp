// Serves a target to debuggers, one at a time.
#pragma once

#include "engine/machine/error.hpp"
#include "gdbstub/leaving.hpp"
#include "gdbstub/target.hpp"
#include "gdbstub/transport/attention.hpp"

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace diptych::gdb {

struct ListenOptions {
  /// `HOST:PORT`, where port 0 is any free one, or `unix:PATH`. Ignored with `stdio`.
  std::string address = "127.0.0.1:0";

  /// Listen where other computers can connect. Whoever does controls the guest.
  bool allow_remote = false;

  /// One debugger, on standard input and output, as `target remote | COMMAND` wants it.
  bool stdio = false;

  /// What becomes of the guest when a debugger goes.
  Leaving leaving = Leaving::stay;

  /// Called with one line a person may want to read: "Listening on 127.0.0.1:1234".
  std::function<void(std::string_view)> announce = {};

  /// Wakes a guest that waits in the host, when somebody wants something; it outlives serve().
  const Attention* attention = nullptr;

  /// Makes serve() return soon.
  std::stop_token stop = {};
};

/// Serves until the debugger kills the program, or leaves after its end, or a stop is asked for. A debugger
/// that leaves earlier leaves the guest as the options say: by default halted where it is, for the next one.
/// With `stdio` there is no next one. While one is there, a second is told so and sent away. Errors: an address
/// that cannot be listened on.
Result<void> serve(Target& target, const ListenOptions& options);

}  // namespace diptych::gdb

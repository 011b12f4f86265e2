// Where debuggers connect.
#pragma once

#include "engine/machine/error.hpp"
#include "engine/machine/integers.hpp"
#include "gdbstub/transport/descriptor.hpp"

#include <string>
#include <string_view>

namespace diptych::gdb {

class Listener {
 public:
  /// Listens on `HOST:PORT`, `[IPV6]:PORT` or `:PORT`, which means the loopback. Port 0 is any free one.
  /// Whoever connects can read and write everything of the guest, so an address that others can reach
  /// is refused unless `allow_remote`.
  static Result<Listener> open(std::string_view address, bool allow_remote);

  int descriptor() const { return socket_.get(); }

  /// The address as numbers: "127.0.0.1:1234".
  const std::string& address() const { return address_; }

  /// A connection that waits; none if it has gone already.
  Descriptor accept() const;

 private:
  Descriptor socket_;
  std::string address_;
};

}  // namespace diptych::gdb

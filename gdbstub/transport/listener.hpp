// Where debuggers connect.
#pragma once

#include "engine/machine/error.hpp"
#include "engine/machine/integers.hpp"
#include "gdbstub/transport/descriptor.hpp"

#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

namespace diptych::gdb {

/// The file of a socket, removed when its owner goes.
class SocketFile {
 public:
  SocketFile() = default;
  explicit SocketFile(std::string path) : path_(std::move(path)) {}
  SocketFile(SocketFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  SocketFile& operator=(SocketFile&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~SocketFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

 private:
  std::string path_;
};

class Listener {
 public:
  /// Listens on `HOST:PORT`, `[IPV6]:PORT` or `:PORT`, which means the loopback; port 0 is any free one. Or on
  /// `unix:PATH`, where only this user can connect, and which goes with the listener.
  /// Whoever connects can read and write everything of the guest, so an address that others can reach
  /// is refused unless `allow_remote`.
  static Result<Listener> open(std::string_view address, bool allow_remote);

  int descriptor() const { return socket_.get(); }

  /// The address as numbers, "127.0.0.1:1234", or as it was given, "unix:/tmp/gdb".
  const std::string& address() const { return address_; }

  /// A connection that waits; none if it has gone already.
  Descriptor accept() const;

 private:
  static Result<Listener> open_file(const std::string& path);

  SocketFile file_;
  Descriptor socket_;
  std::string address_;
};

}  // namespace diptych::gdb

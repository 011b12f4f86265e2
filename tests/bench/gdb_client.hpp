// A debugger that only measures: it starts a server, connects, and asks as fast as the answers come.
#pragma once

#include "engine/machine/error.hpp"
#include "gdbstub/protocol/frame.hpp"
#include "gdbstub/transport/descriptor.hpp"

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::bench {

/// A server on the loopback, killed when this goes.
class GdbServer {
 public:
  /// Starts a command; `port` is the one it was told to listen on, or 0: it says which, at the end of a line
  /// that begins with `says`.
  static Result<GdbServer> start(const std::vector<std::string>& command, int port, std::string_view says);

  GdbServer(GdbServer&& other) noexcept;
  GdbServer& operator=(GdbServer&&) = delete;
  ~GdbServer();

  int port() const { return port_; }

 private:
  GdbServer() = default;

  pid_t process_ = -1;
  int port_ = 0;
  gdb::Descriptor output_;
};

/// A port that was free a moment ago.
int free_port();

/// How a client waits for a reply. Asleep, as gdb does, it has to be woken, which on many hosts takes longer than
/// the reply: then that is what is measured of a fast server. Awake, it is the server.
enum class Wait { asleep, awake };

class GdbClient {
 public:
  /// Connects, and agrees on no acknowledgements if the server can do without. Tries for some seconds.
  static Result<std::unique_ptr<GdbClient>> connect(int port);

  /// The reply; empty if there is none within some seconds, and from then on.
  const std::string& ask(std::string_view packet);

  void wait(Wait how) { wait_ = how; }

  /// The most that either side sends in a packet.
  std::size_t packet_size() const { return packet_size_; }

 private:
  bool send_packet(std::string_view packet);
  bool receive();
  const std::string& next_reply();

  gdb::Descriptor socket_;
  std::size_t packet_size_ = 400;
  bool acknowledges_ = true;
  Wait wait_ = Wait::asleep;
  rsp::Receiver receiver_{std::size_t{1} << 20};
  std::string buffer_ = std::string(std::size_t{1} << 20, '\0');
  std::string_view rest_;
  std::string sent_, reply_;
};

}  // namespace diptych::bench

// One debugger's conversation with one target: packets in, replies out. It knows nothing of sockets,
// checksums or acknowledgements.
#pragma once

#include "gdbstub/protocol/thread_id.hpp"
#include "gdbstub/target.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::gdb {

/// The most bytes of data in one packet, either way. A debugger makes its transfers fit.
constexpr std::size_t packet_size = 0x20000;

/// What the debugger said it understands, until it leaves.
struct Client {
  bool acknowledges = true;  ///< both sides do
  bool multiprocess = false;
  bool software_breakpoints = false;  ///< as a reason for a stop
  bool hardware_breakpoints = false;
  bool extended = false;  ///< stays when the program has ended, and may start it again
};

class Session {
 public:
  /// The target lives longer than the session.
  explicit Session(Target& target) : target_(target) { look_around(); }

  /// A debugger has come: nothing is agreed with it yet. The guest stands where it was left.
  void connected();

  /// A debugger has gone: the guest halts where it is, with no breakpoints left behind.
  void disconnected();

  /// The reply to one packet, ready to be framed. Nothing for the few packets that have none, and where
  /// the guest runs now: then the reply comes from advance() or interrupt(). Not to be called while the
  /// guest runs.
  std::optional<std::string> handle(std::string_view packet);

  bool running() const { return running_; }

  /// Lets a running guest execute for some milliseconds. The reply, if it halted.
  std::optional<std::string> advance();

  /// Halts a running guest. The reply.
  std::string interrupt();

  /// There is nothing left to debug, and this debugger cannot start it again.
  bool ended() const { return killed_by_request_ || (!halt_.alive() && !client_.extended); }

  /// The debugger wants the link closed: after `k`, which has no reply.
  bool closing() const { return killed_by_request_; }

  // For the packets' handlers.

  Target& target() { return target_; }
  Client& client() { return client_; }
  const Halt& halt() const { return halt_; }

  /// Whose registers and memory are meant.
  u32 thread() const { return thread_; }
  void select(u32 thread) { thread_ = thread; }

  void resume(Resume how);
  void halt(const Halt& halt) { halt_ = halt; }
  void end() { killed_by_request_ = true; }

  /// From the beginning, alive.
  Result<void> restart(const Launch& launch);

  /// What the debugger is told of the last halt.
  std::string stop_reply() const;

  /// The identifier of one of the target's threads.
  rsp::ThreadId identifier(u32 thread) const;
  bool includes(const rsp::ThreadId& id, u32 thread) const {
    const rsp::ThreadId one = identifier(thread);
    return id.includes(one.process, one.thread);
  }
  void append_thread(std::string& to, u32 thread) const {
    rsp::append_thread_id(to, identifier(thread), client_.multiprocess);
  }

 private:
  // What of the target is asked for too often to ask each time.
  void look_around();

  Target& target_;
  Client client_;
  Halt halt_;
  u64 process_ = 1;
  u32 thread_ = 1;
  bool running_ = false;
  bool killed_by_request_ = false;
};

}  // namespace diptych::gdb

// One debugger's conversation with one target: packets in, replies out. It knows nothing of sockets,
// checksums or acknowledgements.
#pragma once

#include "gdbstub/breakpoint_actions.hpp"
#include "gdbstub/client.hpp"
#include "gdbstub/leaving.hpp"
#include "gdbstub/open_files.hpp"
#include "gdbstub/protocol/thread_id.hpp"
#include "gdbstub/saved_registers.hpp"
#include "gdbstub/target.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::gdb {

/// The most bytes of data in one packet, either way. A debugger makes its transfers fit.
constexpr std::size_t packet_size = 0x20000;

class Session {
 public:
  /// The target lives longer than the session.
  explicit Session(Target& target, Leaving leaving = Leaving::stay);

  /// A debugger has come: nothing is agreed with it yet. The guest stands where it was left.
  void connected();

  /// A debugger has gone: no breakpoints are left behind.
  void disconnected();

  /// The reply to one packet, ready to be framed. Nothing for the few packets that have none, and where
  /// the guest runs now: then the reply comes from advance() or interrupt(). Not to be called while
  /// busy().
  std::optional<std::string> handle(std::string_view packet);

  bool running() const { return running_; }

  /// The guest runs, and the debugger can do nothing but wait or interrupt it.
  bool busy() const { return running_ && !client_.non_stop; }

  /// Lets a running guest execute for some milliseconds. The reply, if it halted and one is due.
  std::optional<std::string> advance();

  /// The same while no debugger is there: nobody hears of anything, and only its end ends it.
  void advance_alone();

  /// Halts a running guest. The reply, if one is due.
  std::optional<std::string> interrupt();

  /// Text for the debugger's console, the guest's own included, to be sent before the reply; taken once.
  void print(std::string_view text) { console_ += text; }
  std::string take_console();

  /// A notification to be sent; taken once.
  std::optional<std::string> take_notification();

  /// There is nothing left to debug, and this debugger cannot start it again.
  bool ended() const { return killed_by_request_ || (!halt_.alive() && !client_.extended); }

  /// The debugger wants the link closed: after `k`, which has no reply.
  bool closing() const { return killed_by_request_; }

  // For the packets' handlers.

  /// The debugger has asked which threads there are.
  void showing() { shown_ = true; }

  Target& target() { return target_; }
  const Target& target() const { return target_; }
  Client& client() { return client_; }
  const Client& client() const { return client_; }
  const Halt& halt() const { return halt_; }
  ActionsByPlace& actions() { return actions_; }
  OpenFiles& files() { return files_; }
  SavedRegisters& saved_registers() { return saved_registers_; }
  Launch& launch() { return launch_; }

  /// Whose registers and memory are meant.
  u32 thread() const { return thread_; }
  void select(u32 thread) { thread_ = thread; }

  /// The identifier of one of the target's threads.
  rsp::ThreadId identifier(u32 thread) const;
  bool includes(const rsp::ThreadId& id, u32 thread) const;
  void append_thread(std::string& to, u32 thread) const {
    rsp::append_thread_id(to, identifier(thread), client_.multiprocess);
  }
  /// The first of the target's threads that an identifier includes.
  std::optional<ThreadInfo> find(const rsp::ThreadId& id) const;
  u64 process() const { return process_; }

  /// The threads that are told of the next halt: `moving`, and of them `focus` is the one that it happened to.
  void resume(Resume how, u32 focus, std::vector<u32> moving);
  /// The same for all, by the thread selected.
  void resume(Resume how) { resume(how, thread_, {}); }

  /// Halts what moves without a reply of its own: what is to be told follows as notifications.
  void stop_quietly(Signal signal);

  void halt(const Halt& halt);
  void end() { killed_by_request_ = true; }

  /// From the beginning, alive.
  Result<void> restart();

  /// What the debugger is told of the last halt.
  std::string stop_reply() const;

  /// Of non-stop: what was told last has been heard. What is to be told next, or OK.
  std::string next_unreported();
  /// Tells of all halted threads from the beginning: the first, or OK where none is.
  std::string report_all();
  /// Is this one on its way?
  bool is_moving(u32 thread) const;

  std::string stop_reply(u32 thread, const Halt& halt) const;

 private:
  std::optional<std::string> handle_selected(std::string_view packet);
  // What of the target is asked for too often to ask each time.
  void look_around();
  // It halted, and the debugger is to know.
  std::optional<std::string> come_to(const Halt& halt);
  // Is there a breakpoint where it halted, and does nothing of it hold that the debugger wants to hear of?
  bool is_silenced(const Halt& halt, BreakpointKind kind);
  // Is this halt one that the debugger need not hear of?
  bool goes_on_by_itself(const Halt& halt);
  // Would the debugger take it for one of a breakpoint, wrongly?
  bool is_no_trap(const Halt& halt);

  Target& target_;
  const Leaving leaving_;
  Client client_;
  Halt halt_;
  Resume how_;
  u64 process_ = 1;
  u32 thread_ = 1;
  u32 focus_ = 1;
  std::vector<u32> moving_;
  bool running_ = false;
  bool killed_by_request_ = false;
  bool shown_ = true;      // the debugger has asked which threads there are: that is, it shows its user the last halt
  bool as_found_ = true;  // it has not run since this debugger came, or started it
  ActionsByPlace actions_;
  OpenFiles files_;
  SavedRegisters saved_registers_;
  Launch launch_;
  std::string console_;
  std::deque<std::string> unreported_;  // the first has been told, and is waited for to be heard
  std::optional<std::string> notification_;
};

}  // namespace diptych::gdb

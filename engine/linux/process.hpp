// One process of one thread: its memory, files and signals, and the tier that runs it.
#pragma once

#include "engine/linux/descriptors.hpp"
#include "engine/linux/grants.hpp"
#include "engine/linux/guest_memory.hpp"
#include "engine/linux/memory_map.hpp"
#include "engine/linux/signals.hpp"
#include "engine/linux/tier.hpp"
#include "engine/linux/timers.hpp"

#include <poll.h>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::linux_guest {

/// What a process begins with.
struct ProcessOptions {
  std::string program;                   ///< the host's path of the file
  std::vector<std::string> arguments;    ///< the first is the program's own name
  std::vector<std::string> environment;  ///< NAME=VALUE
  Grants grants;
  std::unique_ptr<Tier> tier;
  std::function<void(std::string_view line)> trace;  ///< hears of each system call and signal, if set
};

/// How a process ended: it exited with a status, or a signal ended it.
struct Ending {
  int status = 0;
  int signal = 0;  ///< 0: it exited
};

class Process {
 public:
  /// Reads and loads the program. An error is a sentence about the file, or about the host.
  static Result<std::unique_ptr<Process>> start(ProcessOptions options);

  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Runs it to its end. While it runs, the signals that a guest could handle are blocked in this thread,
  /// and go to the guest instead.
  Ending run();

  Tier& tier() { return *tier_; }

  // What the system calls work on.

  Window window;
  MemoryMap map;
  GuestMemory memory;
  Grants grants;
  Descriptors files;
  HostFile directory;  ///< the current one
  Signals signals;
  Timers timers;
  std::string program;        ///< the guest's path of its file
  std::string name;           ///< as prctl sets it
  std::string note;           ///< what --strace adds to the call at hand
  std::optional<u64> blocked_meanwhile;  ///< by rt_sigsuspend or ppoll: what is blocked again once a handler is entered

  /// No instruction follows.
  void end(Ending ending) { ending_ = ending; }

  /// Waits until a descriptor of the host is ready, the time is over, or a signal that is not blocked
  /// waits. As poll answers; -EINTR for a signal.
  /// `also` are signals that end the wait although they are blocked.
  int wait(std::span<pollfd> watched, std::optional<Nanoseconds> time, u64 also = 0);

  /// Before the host would wait in a call on this file. False: a signal came first.
  bool wait_until_ready(const OpenFile& file, short events);

  /// Takes over what the host has sent, and what timers are due.
  void collect_signals();

  /// Registers are those of the frame that the stack pointer leads to. False: there is none.
  bool return_from_handler();

 private:
  Process(Window reserved, ProcessOptions options, HostFile first_directory);

  Result<void> load(std::span<const u8> file, const ProcessOptions& options);
  void system_call();
  void deliver_signals(std::optional<i64> interrupted, u64 first_argument);
  void fault(const Stop& stop);
  void deliver(const Signal& signal, bool forced);

  std::unique_ptr<Tier> tier_;
  std::function<void(std::string_view)> trace_;
  HostFile host_signals_;
  std::optional<Ending> ending_;
  u64 calls_ = 0;
};

}  // namespace diptych::linux_guest

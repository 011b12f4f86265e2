// One process of one thread: its memory, files and signals, and the tier that runs it.
#pragma once

#include "engine/debug/execution.hpp"
#include "engine/linux/blocking_call.hpp"
#include "engine/linux/descriptors.hpp"
#include "engine/linux/grants.hpp"
#include "engine/linux/guest_memory.hpp"
#include "engine/linux/memory_map.hpp"
#include "engine/linux/record.hpp"
#include "engine/linux/signals.hpp"
#include "engine/linux/timers.hpp"
#include "engine/tier/tier.hpp"

#include <poll.h>

#include <algorithm>
#include <concepts>
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
  std::shared_ptr<const Grants> grants;
  std::shared_ptr<Tier> tier;                        ///< one process's at a time
  std::function<void(std::string_view line)> trace;  ///< hears of each system call and signal, if set
  /// Hears once of each thing that the program wants and does not get, in a sentence for the user, if set.
  std::function<void(std::string_view sentence)> notice = {};
  u64 memory = default_memory_limit();  ///< bytes that its mappings may take of the host's
  StandardStreams streams = {0, 1, 2};
};

struct Arguments;
struct SystemCall;

/// How a process ended: it exited with a status, a signal ended it, or it waited for what cannot come.
struct Ending {
  int status = 0;
  int signal = 0;             ///< 0: it exited
  std::string deadlock = {};  ///< what it waited for, in a sentence; empty: it did not
};

/// Of whoever looks on while a process runs.
struct Watching {
  bool record = false;  ///< what comes from outside, so that the run can be repeated
  int interrupt = -1;   ///< a descriptor: once it is readable no system call waits any longer
};

/// Mapped pages that are alike, and what they are of: a file's path, "[heap]", "[stack]", or nothing.
struct NamedMapping {
  Range range;
  Access access = Access::none;
  std::string name;
  u64 offset = 0;  ///< in the file
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

  // The same piece by piece, for somebody who looks on. These are as Execution has them.

  /// Before the first piece. `signals` is where the host's are taken from.
  void watch(const Watching& watching, HostFile signals);

  Event advance(u64 until);
  Event step();
  ReportedStops& reported_stops() { return reported_stops_; }
  u64 time() const { return tier_->hart().retired + resolved_; }
  u64 recorded_until() const { return repeating() ? std::max(live_time_, time()) : time(); }
  void choose_signal(int number);
  bool edit_signal(const SignalInformation& information);
  void pass_signals(u64 set) { passed_ = set; }
  void catch_calls(std::optional<std::vector<u64>> which) { caught_ = std::move(which); }
  void forget_future();

  /// All of a process that a run changes, but for its memory, and what is the host's side: descriptors, timers and
  /// the current directory.
  struct State;
  State state() const;
  /// Memory is what it was then.
  void put_back(const State& state);

  /// What was recorded; nullptr if nothing is.
  Record* record() { return record_ ? &*record_ : nullptr; }
  const Record* record() const { return record_ ? &*record_ : nullptr; }
  /// Since this was asked last the run did not repeat itself as recorded, and went on live from there.
  bool take_parted() { return std::exchange(parted_, false); }

  Tier& tier() { return *tier_; }

  // What the system calls work on.

  Window window;
  MemoryMap map;
  GuestMemory memory;
  std::shared_ptr<const Grants> grants;
  Descriptors files;
  HostFile directory;  ///< the current one
  Signals signals;
  Timers timers;
  std::string program;        ///< the guest's path of its file
  HostFile executable;        ///< open to be read: its name may lead elsewhere by now
  std::vector<std::string> arguments;  ///< as it began
  std::vector<u8> auxiliary;  ///< the auxiliary vector that it began with, with the entry that ends it
  std::string name;           ///< as prctl sets it
  std::string note;           ///< what --strace adds to the call at hand
  std::optional<u64> blocked_meanwhile;  ///< by rt_sigsuspend or ppoll: what is blocked again once a handler is entered

  /// What is mapped where, in ascending order, named as the kernel does in /proc.
  std::vector<NamedMapping> mappings() const;
  /// The number under which mappings have an open file of the host.
  i64 number_file(int host);

  /// No instruction follows.
  void end(Ending ending) { ending_ = std::move(ending); }

  /// Has the user hear of what the program wants and does not get, the first time.
  void notice(const std::string& sentence);

  /// The program wanted another thread, and did not get it.
  bool thread_refused = false;

  /// Whether no signal can lead into a handler, as far as is known now, and no timer can send one.
  bool handles_no_signal() const;

  /// A wait that nothing can end, for the reason that the sentence gives: the process ends. Where a debugger looks
  /// on it goes on waiting, and the user hears of it. False: it goes on.
  bool end_deadlock(std::string sentence);

  /// When the call at hand was made, by the monotonic clock. One that is made again because somebody looked on
  /// meanwhile began when it was made first.
  Nanoseconds call_began();

  /// Waits until a descriptor of the host is ready, it is as late as `due` by the monotonic clock, or a signal that
  /// is not blocked waits. As poll answers; -EINTR for a signal, and where the call is to be left: see left().
  /// `also` are signals that end the wait although they are blocked.
  int wait(std::span<pollfd> watched, std::optional<Nanoseconds> due, u64 also = 0);

  /// Makes a call of the host that may wait: a result or a negative error number; restart_if_asked where a signal, or
  /// who looks on, ended the wait.
  i64 interruptible(std::function<i64()> call);

  /// Somebody who looks on wants to have the guest: a call that has done nothing yet answers restart_if_asked, and
  /// is made again later.
  bool left() const { return left_; }

  /// Takes over what the host has sent, and what timers are due.
  void collect_signals();

  /// Registers are those of the frame that the stack pointer leads to. False: there is none.
  bool return_from_handler();

  /// What only the host can tell, in a call that is otherwise the guest's own affair (Replay::again).
  i64 told(std::invocable auto ask) {
    if (repeated_) return next_told();
    const i64 answer = ask();
    if (making_) making_->told.push_back(answer);
    return answer;
  }
  /// Such a call has had the host fill these bytes of fresh pages, which begin at one. Told while they can be read;
  /// when the call is made again they are filled behind it.
  void filled(Range range);

 private:
  // A signal on its way to the guest.
  struct InHand {
    Signal signal;
    bool forced = false;    // the program itself ran into it
    bool reported = false;  // to whoever looks on
    std::optional<int> becomes;
  };
  // A call that a signal ended. The guest stands before it again; a handler may have it see EINTR instead.
  struct Interrupted {
    i64 how = 0;
    u64 pc = 0;
  };

  Process(Window reserved, ProcessOptions options, HostFile first_directory);

  Result<void> load(std::span<const u8> file, const ProcessOptions& options);

  std::optional<Event> proceed(u64 until, bool one_instruction);
  std::optional<Event> system_call();
  i64 make_call(const SystemCall* call, u64 number, const Arguments& arguments);
  i64 repeat_call(const SystemCall* call, u64 number, const Arguments& arguments);
  Event ended() const;
  void look();
  void take_outside();
  void resolve();
  bool settle();
  void fault(const Stop& stop);
  void deliver(const Signal& signal, bool forced);
  void raise_from_outside(const Signal& signal);
  i64 next_told();
  void part();
  bool repeating() const { return record_ && (!record_->at_end() || time() < live_time_); }
  bool catches(u64 call) const;

  std::shared_ptr<Tier> tier_;
  std::function<void(std::string_view)> trace_, notice_;
  std::vector<std::string> noticed_;
  HostFile host_signals_;
  BlockingCall blocking_call_;
  std::optional<Ending> ending_;
  std::vector<std::string> mapped_files_;  // from the second on
  u64 calls_ = 0;
  u64 looked_ = 0;    // instructions at the last look for signals
  u64 resolved_ = 0;  // signals
  std::optional<InHand> in_hand_;
  std::optional<Interrupted> interrupted_;

  // For whoever looks on.
  bool watched_ = false;
  int interrupt_ = -1;
  bool left_ = false;
  u64 passed_ = ~u64{0};
  std::optional<std::vector<u64>> caught_;
  std::optional<u64> call_reported_;  // when
  ReportedStops reported_stops_;
  struct Began {
    u64 time;
    Nanoseconds clock;
  };
  std::optional<Began> began_;

  // Record and repetition.
  std::optional<Record> record_;
  u64 live_time_ = 0;                     // up to here it has come
  CallRecord* making_ = nullptr;          // the call being made, while it is recorded
  std::vector<Range> written_;            // by it
  std::vector<std::vector<u8>> filled_;   // what it had the host fill
  CallRecord* repeated_ = nullptr;        // the call being made again
  std::size_t told_ = 0;                  // how much of what was told to that is used
  bool parted_ = false;
};

struct Process::State {
  GuestState registers;
  std::optional<Reservation> reservation;
  u64 retired = 0, resolved = 0;
  MemoryMap::State map;
  Signals signals;
  std::string name;
  std::optional<u64> blocked_meanwhile;
  std::optional<Ending> ending;
  std::optional<InHand> in_hand;
  std::optional<Interrupted> interrupted;
  u64 place = 0;  ///< in the record
};

}  // namespace diptych::linux_guest

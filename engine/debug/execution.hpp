// A guest that can be run, halted anywhere, and put back to where it was.
#pragma once

#include "engine/debug/reported_stops.hpp"
#include "engine/machine/error.hpp"
#include "engine/machine/integers.hpp"
#include "engine/machine/stop.hpp"
#include "engine/memory/range.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace diptych {

enum class EventKind : u8 {
  time,        ///< it came to the time given, has run for some milliseconds, or was interrupted
  stop_point,  ///< before the instruction at a stop point
  access,      ///< before an instruction that would touch a watched range
  signal,      ///< before a signal takes effect: raised by the instruction at the PC, or come from outside
  call,        ///< before a system call that is to be caught: the PC is that of its instruction
  call_done,   ///< and after it
  code_end,    ///< of a case: the PC is at the end of the code; reported once, going on from there is `exited`
  exited,
  killed,      ///< by a signal
};

/// What a guest halted for. Those that come before something happen once: going on from there lets it happen.
struct Event {
  EventKind kind = EventKind::time;
  int signal = 0;                     ///< Linux's number: of signal and killed
  std::array<u8, 128> information{};  ///< siginfo_t of `signal`, as the guest would see it
  u64 call = 0;                       ///< number: of call and call_done
  int status = 0;                     ///< of exited
  Access access = Access::none;       ///< of access
  u64 address = 0;                    ///< of access

  bool operator==(const Event&) const = default;
};

/// Time counts instructions retired and signals that took effect, were replaced or were dropped: each moment has its
/// own, and the same run has the same moments. A guest that ended stays at its last, and each advance says again how
/// it ended.
class Execution {
 public:
  Execution() = default;
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;
  virtual ~Execution() = default;

  virtual Tier& tier() = 0;
  virtual u64 time() const = 0;

  /// Up to here going on repeats what has happened: system calls are not made again, signals come as they came.
  /// time() where there is no such past: it runs live.
  virtual u64 recorded_until() const = 0;

  /// Runs until an event, to the time `until` at the latest. Returns with EventKind::time by itself after some
  /// milliseconds, and at once when the debugger asks for it while the guest waits in a system call, which is then
  /// made again.
  virtual Event advance(u64 until) = 0;

  /// One instruction, with its system call, or one signal: EventKind::time once it is done. A stop point or watched
  /// access there that was not reported yet is an event as in advance(), and nothing is done.
  virtual Event step() = 0;

  /// What it goes past where it stands. Forgotten when it is put back.
  virtual ReportedStops& reported_stops() = 0;

  /// What becomes of the signal last reported: another one instead (Linux's number), or 0: it is dropped.
  /// Without a call it is delivered as it came. While repeating, what was chosen then is chosen again.
  virtual void choose_signal(int number) = 0;

  /// Makes this the siginfo_t of the signal last reported; what was recorded beyond now will not come so again. False:
  /// there is none to be edited.
  virtual bool edit_signal(const std::array<u8, 128>&) { return false; }

  /// Which signals are not reported but just delivered (bit n-1 is number n).
  virtual void pass_signals(u64 set) = 0;
  /// Which system calls are reported: none, all (an empty list), or these.
  virtual void catch_calls(std::optional<std::vector<u64>> which) = 0;

  /// Remembers this moment: registers, memory, signals, mappings. Numbers ascend with time.
  virtual u64 save() = 0;
  /// Back (or forward) to a moment remembered; later ones are forgotten. The record of system calls and signals stays.
  virtual Result<void> restore(u64 moment) = 0;
  virtual void forget(u64 moment) = 0;
  /// What remembering has cost so far, of time: saving, and what the guest waited for while it ran.
  virtual std::chrono::nanoseconds spent() const = 0;
  /// Bytes that moments and record take.
  virtual std::size_t kept() const = 0;

  /// Registers or memory were changed by hand: what was recorded beyond now will not come so again; the run is live
  /// from here.
  virtual void forget_future() = 0;

  // Pages of the debugger's own among the guest's, where the guest has mappings that change.
  /// Where so many bytes of pages are free; nothing: nowhere.
  virtual std::optional<u64> room(u64) const { return std::nullopt; }
  /// Zeroed pages where there are none, and away with them. False: that cannot be.
  virtual bool map(const Range&, Access) { return false; }
  virtual bool unmap(const Range&) { return false; }

  /// What came from outside before this time is forgotten, as the record had to be cut, and with it every moment that
  /// something forgotten came after. 0 for most.
  virtual u64 recorded_from() const = 0;
  /// A sentence the user should read, such as that the record was cut. Empty: there is none. Told once.
  virtual std::string take_notice() = 0;

  /// From the beginning. Moments and record are gone.
  virtual Result<void> restart() = 0;
};

}  // namespace diptych

// What came to a process from outside, in the order in which it came, so that a run can be repeated: results of
// system calls and what they wrote, signals, and what a debugger chose to make of them.
#pragma once

#include "engine/linux/signals.hpp"

#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace diptych::linux_guest {

/// One system call, as the guest saw it.
struct CallRecord {
  struct Written {
    u64 address = 0;
    std::span<const u8> bytes;
  };

  u64 number = 0;
  i64 result = 0;
  std::vector<Signal> meanwhile;           ///< came from outside while it was made
  std::vector<i64> told;                   ///< by the host, to a call that is made again
  std::vector<Written> written;            ///< the bytes stay the record's, or the caller's
  std::optional<u64> blocked;              ///< signals from now on, if the call changed them
  std::optional<u64> blocked_before;       ///< and what is blocked again after it
};

/// A run of bytes, about a dozen for a simple call. There is one place in it, where it is read and which moves on
/// with that; it grows while that is its end.
class Record {
 public:
  enum class Kind : u8 { none, call, raised, faulted, edited, chosen, injected };

  /// What comes next. Kind::none: nothing, it is at its end.
  struct Next {
    Kind kind = Kind::none;
    u64 time = 0;
  };
  Next next() const { return next_; }
  bool at_end() const { return next_.kind == Kind::none; }

  // Takes what comes next, which is of that kind.

  CallRecord call();  ///< its bytes are good until the record is changed
  Signal raised();
  Signal faulted();  ///< what the program ran into and was reported: a debugger may have changed the reason since
  SignalInformation edited();  ///< of a reported signal, by a debugger
  int chosen();    ///< the signal a reported one became, 0 for none
  int injected();  ///< a signal a debugger sent at this time

  // Adds at the end, where the place must be.

  void call(u64 time, const CallRecord& call);
  void raised(u64 time, const Signal& signal);
  void faulted(u64 time, const Signal& signal);
  void edited(u64 time, const SignalInformation& information);
  void chosen(u64 time, int number);
  void injected(u64 time, int number);

  /// A number for this place, which ascends.
  u64 place() const { return place_; }
  /// Goes to another. It must not be before begin().
  void go_to(u64 place);

  /// Forgets what lies beyond the place.
  void cut();
  /// Forgets the oldest, while all is larger than this. The place must be at the end.
  void shrink(std::size_t most);

  /// The first place there still is, and a time that nothing before it is later than.
  u64 begin() const { return begin_; }
  u64 begin_time() const { return begin_time_; }

  /// Bytes it takes.
  std::size_t size() const { return size_; }

 private:
  // Entries are never parted between two of these.
  struct Chunk {
    u64 begin = 0;
    std::vector<u8> bytes;
  };

  void add(Kind kind, u64 time);  // begins an entry in entry_
  void finish();                  // and puts it behind the others
  void look();                    // what comes next
  void behind(const u8* at);      // goes to where an entry ends

  std::deque<Chunk> chunks_;
  std::vector<u8> entry_;
  u64 begin_ = 0;
  u64 begin_time_ = 0;
  u64 end_ = 0;
  u64 last_time_ = 0;  // of the newest entry
  u64 place_ = 0;
  Next next_;
  const u8* body_ = nullptr;  // of what comes next, behind kind and time
  std::size_t size_ = 0;
};

}  // namespace diptych::linux_guest

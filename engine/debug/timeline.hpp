// A guest's past: moments remembered on the way, and the way back between them.
#pragma once

#include "engine/debug/execution.hpp"
#include "engine/debug/guest_bytes.hpp"
#include "engine/tier/stop_points.hpp"

#include <chrono>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace diptych {

class Timeline {
 public:
  /// Why it halted beside an event: there is no more of the past, or of what was recorded of it.
  enum class Edge : u8 { none, beginning, end };

  struct Halted {
    Event event;
    Edge edge = Edge::none;
  };

  /// The execution, live, outlives this. Moments and record take about `most_bytes`; with 0 nothing is
  /// remembered, and there is no way back. Runs stop before the instructions at `stops`, which may change
  /// between runs if stops_changed says so.
  Timeline(Execution& execution, const StopPoints& stops, std::size_t most_bytes);

  u64 time() const { return execution_.time(); }
  bool goes_back() const { return most_bytes_ != 0; }
  /// The earliest time there is a way back to.
  u64 beginning() const { return moments_.empty() ? time() : moments_.front().time; }
  /// Whether going on repeats what has happened.
  bool in_past() const;
  std::size_t moments() const { return moments_.size(); }

  /// Bytes of guest memory, whatever the rights: how many could be read from the front.
  std::size_t read(u64 address, std::span<u8> bytes) const { return read_guest(execution_.tier(), address, bytes); }

  // Changes by hand. They belong to the past from then on: whoever goes back before one and forward again
  // meets it again. One made in the past makes what came after it another story, to be told anew.

  void set_state(const GuestState& state);
  /// All bytes or none, whatever the rights.
  bool write(u64 address, std::span<const u8> bytes);
  /// The signal last reported, which the execution records.
  bool edit_signal(const std::array<u8, 128>& information);
  /// At least so many zeroed bytes, in pages of their own. Nothing: there is no room, or this guest's memory never changes.
  std::optional<Range> map(u64 size, Access access);
  bool unmap(const Range& pages);

  /// A stop point came or went.
  void stops_changed(u64 address);

  // Running. Each of these does a part of the way, some milliseconds of it, and says nothing until it has
  // come to a halt; then the next way may be begun. They go on where they were as often as they are asked.

  /// Forward, until an event; from the past, no further than the end of the record.
  std::optional<Halted> forward(u64 most);
  /// One instruction, or one signal.
  std::optional<Halted> step();

  /// One instruction or signal. First it halts where it is, if the last instruction touched what is watched and that
  /// was not told on the way back to here.
  void begin_back_step();
  /// To the last stop point, watched access or caught system call before now. A stop point has been come to when its
  /// instruction is the next one; a watched access when its instruction is the last one; a call at both of its ends.
  void begin_back();
  /// To any time between the beginning and the end of the record.
  void begin_seek(u64 time) { begin_seek(time, {}); }
  std::optional<Halted> backward(u64 most);
  /// Leaves the way where it is.
  void stay() { way_ = Way::none; }

  /// From the beginning; nothing of the past is left.
  Result<void> restart();

 private:
  struct Moment {
    u64 number = 0;  // the execution's
    u64 time = 0;
    std::size_t changes = 0;  // of changes_, those before it
  };
  struct Written {
    u64 address = 0;
    std::vector<u8> bytes;
  };
  struct Mapped {
    Range pages;
    std::optional<Access> access;  // none: they are unmapped
  };
  struct Change {
    u64 time = 0;
    std::variant<GuestState, Written, Mapped> what;
  };
  enum class Way : u8 { none, search, seek };

  void begin_seek(u64 time, Halted arrival);
  std::optional<Halted> search(u64 most);
  std::optional<Halted> seek(u64 most);
  void look_for_access();
  Event advance(u64 until);
  bool make(const Change& change);
  bool make_and_note(Change change);
  void make_changes();
  u64 next_change() const;
  void remember();
  void remember_if_due();
  void thin();
  bool return_to(u64 time);
  void heed_stops(bool heed);

  Execution& execution_;
  const StopPoints& stops_;
  const std::size_t most_bytes_;
  std::vector<Moment> moments_;  // ascending
  std::vector<Change> changes_;  // ascending
  std::size_t changed_ = 0;      // of them, those already made
  std::chrono::nanoseconds run_since_moment_{};
  std::chrono::nanoseconds spent_at_moment_{};  // by the execution, for remembering
  bool heeds_stops_ = false;

  Way way_ = Way::none;
  u64 target_ = 0;   // of a seek
  std::optional<u64> stepping_from_;  // back: what the instruction before touches is looked for on arrival there
  bool on_way_ = false;  // the moment before the target, or before the stretch searched, has been returned to
  Halted arrival_;   // what is said on arrival
  u64 start_ = 0;    // of a search
  u64 stretch_end_ = 0;
  std::optional<std::pair<u64, Event>> last_;  // the last place found in the stretch
  std::optional<u64> access_told_;  // the time at which going back was last halted by an access
};

}  // namespace diptych

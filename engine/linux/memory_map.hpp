// The mappings of a process: what lies where in its window, and where there is room.
#pragma once

#include "engine/guest/hart.hpp"
#include "engine/linux/memory_budget.hpp"
#include "engine/memory/window.hpp"

#include <functional>
#include <map>
#include <optional>

namespace diptych::linux_guest {

/// Where a mapping's bytes come from. A page of a file mapping that lies wholly beyond the file's end
/// permits nothing, and an access to it is another signal.
enum class Backing : u8 { zeros, file, beyond_file };

/// Whole pages that are alike.
struct Mapping {
  u64 end = 0;
  Access access = Access::none;
  Backing backing = Backing::zeros;
  u32 file = 0;    ///< which it came from, as whoever maps files numbers them; 0: none
  u64 offset = 0;  ///< in that, of the first byte
  u64 charge = 0;  ///< bytes of the host's memory that it counts for: all from when it is writable on, else those copied from a file

  u64 size(u64 begin) const { return end - begin; }
};

class MemoryMap {
 public:
  /// `code_changed` hears of every range that was executable and is changed, or becomes executable.
  MemoryMap(Window& window, std::function<void(Range)> code_changed)
      : window_(window), code_changed_(std::move(code_changed)) {}

  /// How many bytes all mappings may be charged with. `refused` hears when more is asked for.
  void limit(u64 bytes, std::function<void()> refused) {
    limit_ = bytes;
    refused_ = std::move(refused);
  }
  /// The most that was charged at any time.
  u64 most_charged() const { return most_charged_; }

  /// Zeroed pages, in place of whatever was there. False: there is no memory for them, or there are too many mappings.
  /// `filled` bytes of what may not be written are to be copied from a file.
  bool map(u64 address, u64 size, Access access, Backing backing = Backing::zeros, u32 file = 0, u64 offset = 0, u64 filled = 0);
  /// False: there are too many mappings to cut one of them in two, and nothing was changed.
  bool unmap(u64 address, u64 size);
  /// False: some page is not mapped, or there are too many mappings, and nothing was changed; or the host refused.
  bool protect(u64 address, u64 size, Access access);
  /// Moves pages of one mapping to free ones. False: the host has no memory for them.
  bool move(u64 from, u64 to, u64 size);
  /// Zeroes what is mapped in the range, but for what came from a file.
  void clear(u64 address, u64 size);

  /// Whether every page is mapped, and whether none is.
  bool covers(u64 address, u64 size) const;
  bool free(u64 address, u64 size) const;
  /// The mapping a byte lies in.
  std::optional<Mapping> at(u64 address) const;

  /// Where `size` bytes are free: at the hint if they are there, else the highest place below the
  /// stack.
  std::optional<u64> room(u64 size, u64 hint) const;

  /// The heap: where it begins, and what brk does. Moves its end if it can, and tells where it is.
  void begin_heap(u64 address) { state_.heap_begin = state_.heap_end = address; }
  u64 move_break(u64 wanted);

  Window& window() { return window_; }

  /// All that is known besides the window: which is another's to remember.
  struct State {
    std::map<u64, Mapping> mappings;
    u64 heap_begin = 0;
    u64 heap_end = 0;
    u64 charged = 0;
  };
  const State& state() const { return state_; }
  void put_back(State state) { state_ = std::move(state); }

 private:
  void split(u64 address);
  u64 begin_of(u64 address) const;  // of the mapping it lies in
  void forget(u64 address, u64 size);
  void join(u64 address);  // what ends there and what begins there, if they are alike
  void join_all(u64 address, u64 size);
  u64 charged_in(u64 address, u64 size) const;
  bool affordable(u64 more, u64 less);
  void charge(u64 more, u64 less);
  void note_code(u64 address, u64 size);

  Window& window_;
  std::function<void(Range)> code_changed_;
  State state_;
  HostMappings host_mappings_;
  u64 limit_ = ~u64{0};
  u64 most_charged_ = 0;
  std::function<void()> refused_;
};

}  // namespace diptych::linux_guest

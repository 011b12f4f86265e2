// The interval timers of a process: what setitimer sets, and the signals that come of it.
#pragma once

#include "engine/linux/signals.hpp"

#include <array>
#include <ctime>
#include <optional>
#include <vector>

namespace diptych::linux_guest {

/// Nanoseconds of the host's clocks.
using Nanoseconds = i64;
constexpr Nanoseconds nanoseconds_a_second = 1'000'000'000;

constexpr bool valid_time(const timespec& time) {
  return time.tv_sec >= 0 && time.tv_nsec >= 0 && time.tv_nsec < nanoseconds_a_second;
}
/// The longest that can be told stands for all that is longer.
constexpr Nanoseconds to_nanoseconds(const timespec& time) {
  constexpr i64 most = 4'000'000'000;
  return (time.tv_sec < most ? time.tv_sec : most) * nanoseconds_a_second + time.tv_nsec;
}
constexpr timespec to_timespec(Nanoseconds time) { return {time / nanoseconds_a_second, time % nanoseconds_a_second}; }

class Timers {
 public:
  struct Setting {
    Nanoseconds interval = 0;  ///< 0: rings once
    Nanoseconds left = 0;      ///< 0: is not set
  };

  /// `which` as setitimer numbers them: real time, the process's own time, and that with the kernel's.
  Setting get(std::size_t which) const;
  void set(std::size_t which, const Setting& setting);

  /// The signals that are due.
  std::vector<Signal> ring();

  /// How long until the one in real time rings.
  std::optional<Nanoseconds> real_time_left() const;

  static constexpr std::size_t count = 3;

 private:
  struct Timer {
    Nanoseconds interval = 0;
    Nanoseconds due = 0;  // 0: is not set
  };

  std::array<Timer, count> timers_;
};

}  // namespace diptych::linux_guest

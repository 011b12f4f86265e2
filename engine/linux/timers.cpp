#include "engine/linux/timers.hpp"

#include <algorithm>
#include <csignal>
#include <ctime>

namespace diptych::linux_guest {
namespace {

// A guest's user time is not told apart from the time its system calls take here.
constexpr std::array<clockid_t, Timers::count> clocks = {CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_PROCESS_CPUTIME_ID};
constexpr std::array<int, Timers::count> signals_raised = {SIGALRM, SIGVTALRM, SIGPROF};
constexpr i32 from_kernel = 0x80;

Nanoseconds now(std::size_t which) {
  timespec time{};
  clock_gettime(clocks[which], &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

Timers::Setting Timers::get(std::size_t which) const {
  const Timer& timer = timers_[which];
  if (timer.due == 0) return {timer.interval, 0};
  return {timer.interval, std::max<Nanoseconds>(timer.due - now(which), 1000)};
}

void Timers::set(std::size_t which, const Setting& setting) {
  timers_[which] = {setting.interval, setting.left == 0 ? 0 : now(which) + setting.left};
}

std::vector<Signal> Timers::ring() {
  std::vector<Signal> due;
  for (std::size_t which = 0; which < count; ++which) {
    Timer& timer = timers_[which];
    if (timer.due == 0) continue;
    const Nanoseconds time = now(which);
    if (time < timer.due) continue;
    due.push_back({.number = signals_raised[which], .code = from_kernel});
    // Times that were missed ring once, as a signal that already waits is not kept twice.
    timer.due = timer.interval == 0 ? 0 : time + timer.interval - (time - timer.due) % timer.interval;
  }
  return due;
}

std::optional<Nanoseconds> Timers::real_time_left() const {
  if (timers_[0].due == 0) return std::nullopt;
  return std::max<Nanoseconds>(timers_[0].due - now(0), 0);
}

}  // namespace diptych::linux_guest

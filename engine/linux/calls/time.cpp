// System calls on clocks and timers.
#include "engine/linux/calls/call.hpp"

#include <sys/time.h>
#include <sys/times.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

namespace diptych::linux_guest {
namespace {

// A negative number holds a process or thread, inverted, above three bits that say which of its processor times is
// meant. Only those of this process are the guest's; 0 stands for it.
std::optional<clockid_t> own_clock(int clock) {
  if (clock >= 0) return clock;
  constexpr int kinds = 7, of_device = 3;
  const int owner = ~(clock >> 3);
  if ((owner != 0 && owner != getpid()) || (clock & of_device) == of_device) return std::nullopt;
  return ~kinds | (clock & kinds);
}

i64 clock_gettime_call(Process& p, const Arguments& a) {
  timespec time{};
  const auto clock = own_clock(a.number(0));
  if (!clock) return -EINVAL;
  if (::clock_gettime(*clock, &time) < 0) return failed();
  return p.memory.write(a[1], time) ? 0 : -EFAULT;
}

i64 clock_getres_call(Process& p, const Arguments& a) {
  timespec time{};
  const auto clock = own_clock(a.number(0));
  if (!clock) return -EINVAL;
  if (::clock_getres(*clock, &time) < 0) return failed();
  return a[1] && !p.memory.write(a[1], time) ? -EFAULT : 0;
}

i64 clock_set_call(Process&, const Arguments&) { return -EPERM; }

i64 gettimeofday_call(Process& p, const Arguments& a) {
  timeval time{};
  struct timezone zone{};
  if (::gettimeofday(&time, &zone) < 0) return failed();
  if (a[0] && !p.memory.write(a[0], time)) return -EFAULT;
  return a[1] && !p.memory.write(a[1], zone) ? -EFAULT : 0;
}

i64 times_call(Process& p, const Arguments& a) {
  tms used{};
  const clock_t now = ::times(&used);
  return a[0] && !p.memory.write(a[0], used) ? -EFAULT : now;
}

Nanoseconds now(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return to_nanoseconds(time);
}

i64 sleep_until(Process& p, clockid_t clock, Nanoseconds due, u64 left_address) {
  // A wait may end early where the clock is set meanwhile.
  for (Nanoseconds left = due - now(clock); left > 0; left = due - now(clock)) {
    if (p.wait({}, now(CLOCK_MONOTONIC) + left) == 0) continue;
    if (p.left()) return restart_if_asked;
    const timespec rest = to_timespec(std::max<Nanoseconds>(due - now(clock), 0));
    return left_address && !p.memory.write(left_address, rest) ? -EFAULT : -EINTR;
  }
  return 0;
}

i64 nanosleep_call(Process& p, const Arguments& a) {
  const auto time = p.memory.read<timespec>(a[0]);
  if (!time) return -EFAULT;
  if (!valid_time(*time)) return -EINVAL;
  return sleep_until(p, CLOCK_MONOTONIC, p.call_began() + to_nanoseconds(*time), a[1]);
}

i64 clock_nanosleep_call(Process& p, const Arguments& a) {
  const clockid_t clock = a.number(0);
  if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME && clock != CLOCK_TAI) return -EOPNOTSUPP;
  const auto time = p.memory.read<timespec>(a[2]);
  if (!time) return -EFAULT;
  if (!valid_time(*time)) return -EINVAL;
  const bool absolute = a[1] & TIMER_ABSTIME;
  if (absolute) return sleep_until(p, clock, to_nanoseconds(*time), 0);
  return sleep_until(p, CLOCK_MONOTONIC, p.call_began() + to_nanoseconds(*time), a[3]);
}

timeval to_timeval(Nanoseconds time) { return {time / nanoseconds_a_second, time % nanoseconds_a_second / 1000}; }
bool valid_time(const timeval& time) { return time.tv_sec >= 0 && time.tv_usec >= 0 && time.tv_usec < 1'000'000; }

i64 getitimer_call(Process& p, const Arguments& a) {
  const u64 which = static_cast<u32>(a[0]);
  if (which >= Timers::count) return -EINVAL;
  const Timers::Setting setting = p.timers.get(which);
  return p.memory.write(a[1], itimerval{to_timeval(setting.interval), to_timeval(setting.left)}) ? 0 : -EFAULT;
}

i64 setitimer_call(Process& p, const Arguments& a) {
  const u64 which = static_cast<u32>(a[0]);
  if (which >= Timers::count) return -EINVAL;
  const Timers::Setting old = p.timers.get(which);
  const auto wanted = a[1] ? p.memory.read<itimerval>(a[1]) : itimerval{};
  if (!wanted) return -EFAULT;
  if (!valid_time(wanted->it_interval) || !valid_time(wanted->it_value)) return -EINVAL;
  auto nanoseconds = [](const timeval& time) { return to_nanoseconds(timespec{time.tv_sec, time.tv_usec * 1000}); };
  p.timers.set(which, {nanoseconds(wanted->it_interval), nanoseconds(wanted->it_value)});
  if (a[2] && !p.memory.write(a[2], itimerval{to_timeval(old.interval), to_timeval(old.left)})) return -EFAULT;
  return 0;
}

constexpr SystemCall calls[] = {
    {101, "nanosleep", "tp", Replay::told, nanosleep_call},
    {102, "getitimer", "dp", Replay::told, getitimer_call},
    {103, "setitimer", "dpp", Replay::told, setitimer_call},
    {112, "clock_settime", "cp", Replay::again, clock_set_call},
    {113, "clock_gettime", "cT", Replay::told, clock_gettime_call},
    {114, "clock_getres", "cT", Replay::told, clock_getres_call},
    {115, "clock_nanosleep", "cxtp", Replay::told, clock_nanosleep_call},
    {153, "times", "p", Replay::told, times_call},
    {169, "gettimeofday", "pp", Replay::told, gettimeofday_call},
    {170, "settimeofday", "pp", Replay::again, clock_set_call},
};

}  // namespace

std::span<const SystemCall> time_calls() { return calls; }

}  // namespace diptych::linux_guest

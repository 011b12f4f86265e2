// System calls on threads and processes. There is one thread and it stays alone.
#include "engine/linux/calls/call.hpp"

#include <linux/futex.h>
#include <sched.h>
#include <unistd.h>

namespace diptych::linux_guest {
namespace {

i64 exit_call(Process& p, const Arguments& a) {
  p.end({.status = a.number(0) & 0xff});
  return registers_set;
}

i64 clone_call(Process& p, const Arguments& a) {
  p.note = a[0] & CLONE_VM ? "one thread only" : "no child processes";
  return -ENOSYS;
}

i64 no_children(Process& p, const Arguments&) {
  p.note = "no child processes";
  return -ENOSYS;
}

i64 no_threads(Process& p, const Arguments&) {
  p.note = "one thread only";
  return -ENOSYS;
}

i64 wait_call(Process&, const Arguments&) { return -ECHILD; }

i64 set_tid_address_call(Process&, const Arguments&) { return getpid(); }
i64 accepted(Process&, const Arguments&) { return 0; }

i64 futex_call(Process& p, const Arguments& a) {
  const int command = a.number(1) & FUTEX_CMD_MASK;
  if (a[0] % 4 != 0) return -EINVAL;
  switch (command) {
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET: return 0;
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE: return 0;
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET: {
      const auto value = p.memory.read<u32>(a[0]);
      std::optional<timespec> time;
      if (!value || (a[3] && !(time = p.memory.read<timespec>(a[3])))) return -EFAULT;
      if (*value != static_cast<u32>(a[2])) return -EAGAIN;
      if (time && !valid_time(*time)) return -EINVAL;
      std::optional<Nanoseconds> left;
      if (time) {
        left = to_nanoseconds(*time);
        if (command == FUTEX_WAIT_BITSET) {
          timespec now{};
          ::clock_gettime(a.number(1) & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC, &now);
          left = *left > to_nanoseconds(now) ? *left - to_nanoseconds(now) : 0;
        }
      } else {
        p.note = "nobody will wake it";
      }
      // No other thread changes the value: what is left is the time, or a signal.
      return p.wait({}, left) == 0 ? -ETIMEDOUT : restart_if_asked;
    }
    default: return -ENOSYS;
  }
}

constexpr SystemCall calls[] = {
    {93, "exit", "d", exit_call},
    {94, "exit_group", "d", exit_call},
    {96, "set_tid_address", "p", set_tid_address_call},
    {98, "futex", "pxdtpd", futex_call},
    {99, "set_robust_list", "pd", accepted},
    {122, "sched_setaffinity", "ddp", accepted},
    {124, "sched_yield", "", accepted},
    {220, "clone", "xpppp", clone_call},
    {221, "execve", "spp", no_children},
    {260, "wait4", "dpxp", wait_call},
    {95, "waitid", "ddpxp", wait_call},
    {281, "execveat", "asppx", no_children},
    {435, "clone3", "pd", no_threads},
};

}  // namespace

std::span<const SystemCall> thread_calls() { return calls; }

}  // namespace diptych::linux_guest

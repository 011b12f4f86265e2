// System calls on threads and processes. There is one thread and it stays alone.
#include "engine/linux/calls/call.hpp"

#include <fmt/format.h>
#include <linux/futex.h>
#include <sched.h>
#include <unistd.h>

namespace diptych::linux_guest {
namespace {

i64 exit_call(Process& p, const Arguments& a) {
  p.end({.status = a.number(0) & 0xff});
  return registers_set;
}

i64 refuse(Process& p, std::string_view call, bool thread) {
  p.note = thread ? "one thread only" : "no child processes";
  p.thread_refused |= thread;
  p.notice(fmt::format("it calls {} for another {}, which is not supported yet; it is told ENOSYS", call, thread ? "thread" : "process"));
  return -ENOSYS;
}

i64 clone_call(Process& p, const Arguments& a) { return refuse(p, "clone", a[0] & CLONE_THREAD); }

i64 clone3_call(Process& p, const Arguments& a) {
  const auto flags = p.memory.read<u64>(a[0]);
  return refuse(p, "clone3", flags && (*flags & CLONE_THREAD));
}

i64 execute_call(Process& p, const Arguments&) {
  p.note = "no other programs";
  p.notice("it calls execve to run another program, which is not supported yet; it is told ENOSYS");
  return -ENOSYS;
}

i64 wait_call(Process&, const Arguments&) { return -ECHILD; }

i64 set_tid_address_call(Process&, const Arguments&) { return getpid(); }
i64 accepted(Process&, const Arguments&) { return 0; }
i64 setaffinity_call(Process&, const Arguments& a) { return a.number(0) == 0 || a.number(0) == getpid() ? 0 : -ESRCH; }

// A futex without a time is woken by another thread, or by a handler that changes its value. Where a thread was refused
// it is that one which is waited for: Go's run time installs a handler for every signal, and none of them wakes it.
bool cannot_be_woken(Process& p) {
  if (p.thread_refused && !p.timers.real_time_left())
    return p.end_deadlock("it waits in futex for another thread, which it was refused: threads are not supported yet");
  return p.handles_no_signal() && p.end_deadlock("it waits in futex for ever: there is no other thread, no timer and no handler of a signal to wake it");
}

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
      std::optional<Nanoseconds> due;
      if (time) {
        due = to_nanoseconds(*time);
        if (command == FUTEX_WAIT) {
          due = *due + p.call_began();
        } else if (a.number(1) & FUTEX_CLOCK_REALTIME) {
          timespec now{};
          ::clock_gettime(CLOCK_REALTIME, &now);
          due = *due - to_nanoseconds(now) + p.call_began();
        }
      } else {
        p.note = "nobody will wake it";
        p.collect_signals();
        if (cannot_be_woken(p)) return registers_set;
      }
      // No other thread changes the value: what is left is the time, or a signal.
      return p.wait({}, due) == 0 ? -ETIMEDOUT : restart_if_asked;
    }
    default: return -ENOSYS;
  }
}

constexpr SystemCall calls[] = {
    {93, "exit", "d", Replay::again, exit_call},
    {94, "exit_group", "d", Replay::again, exit_call},
    {96, "set_tid_address", "p", Replay::again, set_tid_address_call},
    {98, "futex", "pxdtpd", Replay::told, futex_call},
    {99, "set_robust_list", "pd", Replay::again, accepted},
    {122, "sched_setaffinity", "ddp", Replay::again, setaffinity_call},
    {124, "sched_yield", "", Replay::again, accepted},
    {220, "clone", "xpppp", Replay::again, clone_call},
    {221, "execve", "spp", Replay::again, execute_call},
    {260, "wait4", "dpxp", Replay::again, wait_call},
    {95, "waitid", "ddpxp", Replay::again, wait_call},
    {281, "execveat", "asppx", Replay::again, execute_call},
    {435, "clone3", "pd", Replay::again, clone3_call},
};

}  // namespace

std::span<const SystemCall> thread_calls() { return calls; }

}  // namespace diptych::linux_guest

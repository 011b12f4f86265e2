// System calls on signals.
#include "engine/linux/calls/call.hpp"
#include "engine/linux/signal_frame.hpp"

#include <csignal>
#include <unistd.h>

namespace diptych::linux_guest {
namespace {

constexpr u64 set_size = 8;
constexpr u64 never_blocked = signal_bit(SIGKILL) | signal_bit(SIGSTOP);
constexpr u64 stack_pointer = 2;

bool valid(int number) { return number >= 1 && number <= signal_count; }

i64 sigaction_call(Process& p, const Arguments& a) {
  const int number = a.number(0);
  if (!valid(number) || a[3] != set_size) return -EINVAL;
  SignalAction& action = p.signals.actions[static_cast<std::size_t>(number)];
  const SignalAction old = action;
  if (a[1]) {
    if (number == SIGKILL || number == SIGSTOP) return -EINVAL;
    const auto wanted = p.memory.read<SignalAction>(a[1]);
    if (!wanted) return -EFAULT;
    action = *wanted;
    action.mask &= ~never_blocked;
    if (p.signals.ignores(number)) p.signals.discard(number);
  }
  return a[2] && !p.memory.write(a[2], old) ? -EFAULT : 0;
}

i64 sigprocmask_call(Process& p, const Arguments& a) {
  if (a[3] != set_size) return -EINVAL;
  const u64 old = p.signals.blocked;
  if (a[1]) {
    const auto set = p.memory.read<u64>(a[1]);
    if (!set) return -EFAULT;
    switch (a.number(0)) {
      case SIG_BLOCK: p.signals.blocked |= *set; break;
      case SIG_UNBLOCK: p.signals.blocked &= ~*set; break;
      case SIG_SETMASK: p.signals.blocked = *set; break;
      default: return -EINVAL;
    }
    p.signals.blocked &= ~never_blocked;
  }
  return a[2] && !p.memory.write(a[2], old) ? -EFAULT : 0;
}

i64 sigpending_call(Process& p, const Arguments& a) {
  if (a[1] > set_size) return -EINVAL;
  p.collect_signals();
  return p.memory.write(a[0], p.signals.pending() & p.signals.blocked) ? 0 : -EFAULT;
}

i64 sigsuspend_call(Process& p, const Arguments& a) {
  if (a[1] != set_size) return -EINVAL;
  const auto set = p.memory.read<u64>(a[0]);
  if (!set) return -EFAULT;
  p.blocked_meanwhile = p.signals.blocked;
  p.signals.blocked = *set & ~never_blocked;
  p.wait({}, std::nullopt);
  return restart_unless_handled;
}

i64 sigtimedwait_call(Process& p, const Arguments& a) {
  if (a[3] != set_size) return -EINVAL;
  const auto set = p.memory.read<u64>(a[0]);
  std::optional<timespec> limit;
  if (!set || (a[2] && !(limit = p.memory.read<timespec>(a[2])))) return -EFAULT;
  std::optional<Nanoseconds> due;
  if (limit) {
    if (!valid_time(*limit)) return -EINVAL;
    due = p.call_began() + to_nanoseconds(*limit);
  }
  p.wait({}, due, *set);
  if (p.left()) return restart_if_asked;
  const auto signal = p.signals.take(*set & ~never_blocked);
  if (!signal) return p.signals.waiting(~p.signals.blocked) ? -EINTR : -EAGAIN;
  if (a[1] && !p.memory.write(a[1], signal_information(*signal))) return -EFAULT;
  return signal->number;
}

// Other processes are none of the guest's business.
i64 send(Process& p, bool to_self, int number, const Signal& signal) {
  if (number < 0 || number > signal_count) return -EINVAL;
  if (!to_self) {
    p.note = "only to itself";
    return -EPERM;
  }
  if (number != 0) p.signals.raise(signal);
  return 0;
}

Signal sent(int number, i32 code) {
  return {.number = number, .code = code, .sender = getpid(), .user = getuid()};
}

i64 kill_call(Process& p, const Arguments& a) {
  const int to = a.number(0);
  return send(p, to == getpid() || to == 0 || to == -getpgrp(), a.number(1), sent(a.number(1), SI_USER));
}
i64 tkill_call(Process& p, const Arguments& a) {
  return send(p, a.number(0) == getpid(), a.number(1), sent(a.number(1), SI_TKILL));
}
i64 tgkill_call(Process& p, const Arguments& a) {
  return send(p, a.number(0) == getpid() && a.number(1) == getpid(), a.number(2), sent(a.number(2), SI_TKILL));
}

i64 queue(Process& p, bool to_self, int number, u64 information) {
  struct {
    i32 number, error, code, padding;
    i32 sender;
    u32 user;
    u64 value;
  } told{};
  const auto read = p.memory.read<decltype(told)>(information);
  if (!read) return -EFAULT;
  if (read->code >= 0) return -EPERM;
  return send(p, to_self, number, {.number = number, .code = read->code, .sender = read->sender, .user = read->user, .value = read->value});
}
i64 sigqueueinfo_call(Process& p, const Arguments& a) { return queue(p, a.number(0) == getpid(), a.number(1), a[2]); }
i64 tgsigqueueinfo_call(Process& p, const Arguments& a) {
  return queue(p, a.number(0) == getpid() && a.number(1) == getpid(), a.number(2), a[3]);
}

i64 sigaltstack_call(Process& p, const Arguments& a) {
  const u64 pointer = p.tier().hart().state.words[stack_pointer];
  const bool in_use = on_signal_stack(p.signals.stack, pointer);
  SignalStack old = p.signals.stack;
  old.flags = old.size == 0 ? SS_DISABLE : in_use ? SS_ONSTACK : 0;
  if (a[0]) {
    auto wanted = p.memory.read<SignalStack>(a[0]);
    if (!wanted) return -EFAULT;
    if (in_use) return -EPERM;
    if (wanted->flags & ~(SS_DISABLE | SS_ONSTACK)) return -EINVAL;
    if (wanted->flags & SS_DISABLE) *wanted = {};
    else if (wanted->size < 2048) return -ENOMEM;  // MINSIGSTKSZ
    p.signals.stack = *wanted;
  }
  return a[1] && !p.memory.write(a[1], old) ? -EFAULT : 0;
}

i64 sigreturn_call(Process& p, const Arguments&) {
  if (!p.return_from_handler()) p.end({.signal = SIGSEGV});
  return registers_set;
}

constexpr SystemCall calls[] = {
    {129, "kill", "dg", Replay::again, kill_call},
    {130, "tkill", "dg", Replay::again, tkill_call},
    {131, "tgkill", "ddg", Replay::again, tgkill_call},
    {132, "sigaltstack", "pp", Replay::again, sigaltstack_call},
    {133, "rt_sigsuspend", "pd", Replay::again, sigsuspend_call},
    {134, "rt_sigaction", "gppd", Replay::again, sigaction_call},
    {135, "rt_sigprocmask", "dppd", Replay::again, sigprocmask_call},
    {136, "rt_sigpending", "pd", Replay::again, sigpending_call},
    {137, "rt_sigtimedwait", "pptd", Replay::again, sigtimedwait_call},
    {138, "rt_sigqueueinfo", "dgp", Replay::again, sigqueueinfo_call},
    {139, "rt_sigreturn", "", Replay::again, sigreturn_call},
    {240, "rt_tgsigqueueinfo", "ddgp", Replay::again, tgsigqueueinfo_call},
};

}  // namespace

std::span<const SystemCall> signal_calls() { return calls; }

}  // namespace diptych::linux_guest

// System calls that tell who and where a process is, and what it may use.
#include "engine/linux/calls/call.hpp"
#include "engine/linux/descriptors.hpp"
#include "engine/linux/layout.hpp"

#include <grp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <string>

namespace diptych::linux_guest {
namespace {

i64 uname_call(Process& p, const Arguments& a) {
  struct utsname names{};
  if (::uname(&names) < 0) return failed();
  std::strncpy(names.machine, "riscv64", sizeof names.machine);
  return p.memory.write(a[0], names) ? 0 : -EFAULT;
}

template <auto ask>
i64 number_of(Process&, const Arguments&) {
  return static_cast<i64>(ask());
}

i64 getpgid_call(Process&, const Arguments& a) { return a.number(0) == 0 || a.number(0) == getpid() ? getpgrp() : -ESRCH; }
i64 getsid_call(Process&, const Arguments& a) { return a.number(0) == 0 || a.number(0) == getpid() ? answer(::getsid(0)) : -ESRCH; }
i64 refused(Process&, const Arguments&) { return -EPERM; }

/// To become who one is already is always allowed; the host's own identity is never changed.
template <auto ask>
i64 become(Process&, const Arguments& a) {
  return static_cast<u32>(a[0]) == ask() ? 0 : -EPERM;
}

template <auto ask>
i64 three_identities(Process& p, const Arguments& a) {
  u32 real = 0, effective = 0, saved = 0;
  if (ask(&real, &effective, &saved) < 0) return failed();
  return p.memory.write(a[0], real) && p.memory.write(a[1], effective) && p.memory.write(a[2], saved) ? 0 : -EFAULT;
}

i64 getgroups_call(Process& p, const Arguments& a) {
  gid_t groups[NGROUPS_MAX];
  const int count = ::getgroups(NGROUPS_MAX, groups);
  if (count < 0) return failed();
  if (a.number(0) == 0) return count;
  if (a.number(0) < count) return -EINVAL;
  u8* to = p.memory.reach(a[1], static_cast<u64>(count) * sizeof(gid_t), Access::write);
  if (!to) return -EFAULT;
  std::memcpy(to, groups, static_cast<u64>(count) * sizeof(gid_t));
  return count;
}

rlimit limit_of(u64 resource) {
  switch (resource) {
    case RLIMIT_STACK: return {stack_size, stack_size};
    case RLIMIT_NOFILE: return {Descriptors::most, Descriptors::most};
    case RLIMIT_CORE: return {0, RLIM_INFINITY};
    default: return {RLIM_INFINITY, RLIM_INFINITY};
  }
}

i64 getrlimit_call(Process& p, const Arguments& a) {
  if (a[0] >= RLIM_NLIMITS) return -EINVAL;
  return p.memory.write(a[1], limit_of(a[0])) ? 0 : -EFAULT;
}

// Limits are taken note of and change nothing: each of them bounds what the host would give.
i64 setrlimit_call(Process& p, const Arguments& a) {
  if (a[0] >= RLIM_NLIMITS) return -EINVAL;
  const auto wanted = p.memory.read<rlimit>(a[1]);
  if (!wanted) return -EFAULT;
  if (wanted->rlim_cur > wanted->rlim_max) return -EINVAL;
  return wanted->rlim_max > limit_of(a[0]).rlim_max ? -EPERM : 0;
}

i64 prlimit_call(Process& p, const Arguments& a) {
  if (a.number(0) != 0 && a.number(0) != getpid()) return -EPERM;
  if (a[2])
    if (const i64 set = setrlimit_call(p, {{a[1], a[2]}}); set != 0) return set;
  return a[3] ? getrlimit_call(p, {{a[1], a[3]}}) : a[1] < RLIM_NLIMITS ? 0 : -EINVAL;
}

i64 getrusage_call(Process& p, const Arguments& a) {
  rusage used{};
  if (::getrusage(a.number(0), &used) < 0) return failed();
  return p.memory.write(a[1], used) ? 0 : -EFAULT;
}

i64 sysinfo_call(Process& p, const Arguments& a) {
  struct sysinfo told{};
  if (::sysinfo(&told) < 0) return failed();
  return p.memory.write(a[0], told) ? 0 : -EFAULT;
}

i64 umask_call(Process&, const Arguments& a) { return ::umask(static_cast<mode_t>(a[0] & 0777)); }

i64 prctl_call(Process& p, const Arguments& a) {
  constexpr std::size_t name_size = 16;
  switch (a.number(0)) {
    case PR_SET_NAME: {
      const u64 readable = p.memory.prefix(a[1], name_size - 1, Access::read);
      const char* host = reinterpret_cast<const char*>(p.memory.reach(a[1], readable, Access::read));
      if (!host) return -EFAULT;
      const u64 length = strnlen(host, readable);
      if (length == readable && readable < name_size - 1) return -EFAULT;
      p.name.assign(host, length);
      return 0;
    }
    case PR_GET_NAME: {
      std::array<char, name_size> name{};
      std::copy_n(p.name.data(), std::min(p.name.size(), name_size - 1), name.data());
      return p.memory.write(a[1], name) ? 0 : -EFAULT;
    }
    case PR_GET_DUMPABLE: return 1;
    case PR_SET_DUMPABLE:
    case PR_SET_PDEATHSIG:
    case PR_SET_NO_NEW_PRIVS: return 0;
    default: return -EINVAL;
  }
}

i64 getcpu_call(Process& p, const Arguments& a) {
  if (a[0] && !p.memory.write(a[0], u32{0})) return -EFAULT;
  return a[1] && !p.memory.write(a[1], u32{0}) ? -EFAULT : 0;
}

i64 getrandom_call(Process& p, const Arguments& a) {
  const u64 size = std::min<u64>(a[1], INT_MAX);
  u8* to = p.memory.reach(a[0], size, Access::write);
  if (!to) return -EFAULT;
  const auto make = [&] { return answer(::getrandom(to, size, static_cast<u32>(a[2]))); };
  constexpr u64 quick = 1 << 20;
  return size > quick ? p.interruptible(make) : make();
}

// Of a group or a user Linux tells the highest priority, which may be another process's.
i64 getpriority_call(Process&, const Arguments& a) {
  const int which = a.number(0), who = a.number(1);
  if (which < PRIO_PROCESS || which > PRIO_USER) return -EINVAL;
  const int own = which == PRIO_PROCESS ? getpid() : which == PRIO_PGRP ? getpgrp() : static_cast<int>(getuid());
  if (who != 0 && who != own) return -ESRCH;
  errno = 0;
  const int priority = ::getpriority(PRIO_PROCESS, 0);
  // The kernel's own answer is never negative.
  return errno != 0 ? failed() : 20 - priority;
}

/// One thread runs on one processor: that is what a guest that asks for their number may use.
i64 getaffinity_call(Process& p, const Arguments& a) {
  if (a.number(0) != 0 && a.number(0) != getpid()) return -ESRCH;
  if (a[1] < 8 || a[1] % 8 != 0) return -EINVAL;
  return p.memory.write(a[2], u64{1}) ? 8 : -EFAULT;
}

i64 personality_call(Process&, const Arguments& a) { return static_cast<u32>(a[0]) == 0xffff'ffff || a[0] == 0 ? 0 : -EINVAL; }

constexpr SystemCall calls[] = {
    {92, "personality", "x", Replay::again, personality_call},
    {123, "sched_getaffinity", "ddp", Replay::again, getaffinity_call},
    {141, "getpriority", "dd", Replay::told, getpriority_call},
    {144, "setgid", "d", Replay::told, become<::getgid>},
    {146, "setuid", "d", Replay::told, become<::getuid>},
    {148, "getresuid", "ppp", Replay::told, three_identities<::getresuid>},
    {150, "getresgid", "ppp", Replay::told, three_identities<::getresgid>},
    {154, "setpgid", "dd", Replay::again, refused},
    {155, "getpgid", "d", Replay::told, getpgid_call},
    {156, "getsid", "d", Replay::told, getsid_call},
    {157, "setsid", "", Replay::again, refused},
    {158, "getgroups", "dp", Replay::told, getgroups_call},
    {160, "uname", "p", Replay::told, uname_call},
    {163, "getrlimit", "dp", Replay::again, getrlimit_call},
    {164, "setrlimit", "dp", Replay::again, setrlimit_call},
    {165, "getrusage", "dp", Replay::told, getrusage_call},
    {166, "umask", "m", Replay::told, umask_call},
    {167, "prctl", "dxxxx", Replay::again, prctl_call},
    {168, "getcpu", "pp", Replay::again, getcpu_call},
    {172, "getpid", "", Replay::again, number_of<::getpid>},
    {173, "getppid", "", Replay::told, number_of<::getppid>},
    {174, "getuid", "", Replay::told, number_of<::getuid>},
    {175, "geteuid", "", Replay::told, number_of<::geteuid>},
    {176, "getgid", "", Replay::told, number_of<::getgid>},
    {177, "getegid", "", Replay::told, number_of<::getegid>},
    {178, "gettid", "", Replay::again, number_of<::getpid>},
    {179, "sysinfo", "p", Replay::told, sysinfo_call},
    {261, "prlimit64", "ddpp", Replay::again, prlimit_call},
    {278, "getrandom", "rdx", Replay::counted, getrandom_call},
};

}  // namespace

std::span<const SystemCall> identity_calls() { return calls; }

}  // namespace diptych::linux_guest

#include "oracle/agent/sandbox.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <iterator>

namespace diptych::agent {
namespace {

#if defined(__x86_64__)
constexpr u32 architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr u32 architecture = AUDIT_ARCH_AARCH64;
#else
#error "the sandbox's filter is written for x86-64 and AArch64 hosts"
#endif

constexpr int allowed[] = {
    // What runs go through comes first: the kernel remembers these, and does not even walk the filter.
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_futex,
    SYS_mprotect,
    SYS_mmap,
    SYS_munmap,
    SYS_rt_sigaction,
    // Reading and writing what is open: nothing is, but the shared memory and the null device.
    SYS_read,
    SYS_write,
    SYS_readv,
    SYS_writev,
    SYS_pread64,
    SYS_pwrite64,
    SYS_close,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_lseek,
    SYS_fcntl,
    SYS_readlinkat,
    SYS_faccessat,
    SYS_getcwd,
    // Memory, threads, time.
    SYS_brk,
    SYS_madvise,
    SYS_mremap,
    SYS_sigaltstack,
    SYS_set_tid_address,
    SYS_set_robust_list,
    SYS_rseq,
    SYS_sched_getaffinity,
    SYS_sched_yield,
    SYS_membarrier,
    SYS_getrandom,
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_exit,
    SYS_exit_group,
    SYS_restart_syscall,
    // Who and where it is.
    SYS_getpid,
    SYS_gettid,
    SYS_getppid,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_uname,
    SYS_sysinfo,
#if defined(__x86_64__)
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_arch_prctl,
    SYS_getrlimit,
    SYS_time,
    SYS_gettimeofday,
#endif
};

constexpr u32 allow = SECCOMP_RET_ALLOW;
constexpr u32 refuse = SECCOMP_RET_ERRNO | EPERM;
constexpr u32 unknown = SECCOMP_RET_ERRNO | ENOSYS;

constexpr u32 argument(unsigned index) { return u32(offsetof(seccomp_data, args) + index * 8); }

sock_filter load(u32 offset) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset); }
sock_filter result(u32 what) { return BPF_STMT(BPF_RET | BPF_K, what); }
sock_filter unless_equal(u32 value, u8 skip) { return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip); }
sock_filter unless_any(u32 mask, u8 skip) { return BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, mask, 0, skip); }

}  // namespace

Sandbox::Sandbox(int program_descriptor, u64 largest_file) : largest_file_(largest_file) {
  auto add = [&](std::initializer_list<sock_filter> some) { filter_.insert(filter_.end(), some); };
  add({load(offsetof(seccomp_data, arch)), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0),
       result(SECCOMP_RET_KILL_PROCESS), load(offsetof(seccomp_data, nr))});
  for (int number : allowed) add({unless_equal(u32(number), 1), result(allow)});
  // In what follows each block ends in a result, and is skipped whole unless the number is its own.
  constexpr u32 writing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND;
  add({unless_equal(SYS_openat, 4), load(argument(2)), unless_any(writing, 1), result(refuse), result(allow)});
#if defined(__x86_64__)
  add({unless_equal(SYS_open, 4), load(argument(1)), unless_any(writing, 1), result(refuse), result(allow)});
#endif
  add({unless_equal(SYS_clone, 4), load(argument(0)), unless_any(CLONE_THREAD, 1), result(allow), result(refuse)});
  add({unless_equal(SYS_clone3, 1), result(unknown)});
  add({unless_equal(SYS_prctl, 4), load(argument(0)), unless_equal(PR_SET_NAME, 1), result(allow), result(refuse)});
  add({unless_equal(SYS_prlimit64, 6), load(argument(2)), unless_equal(0, 3), load(argument(2) + 4), unless_equal(0, 1),
       result(allow), result(refuse)});
  own_process_.push_back(filter_.size() + 2);
  add({unless_equal(SYS_tgkill, 4), load(argument(0)), unless_equal(0, 1), result(allow), result(refuse)});
  add({unless_equal(SYS_execveat, 4), load(argument(0)), unless_equal(u32(program_descriptor), 1), result(allow),
       result(refuse)});
  add({result(refuse)});
}

bool Sandbox::enter() {
  const rlimit no_core{0, 0};
  const rlimit file{largest_file_, largest_file_};
  const rlimit descriptors{64, 64};
  if (setrlimit(RLIMIT_CORE, &no_core) != 0 || setrlimit(RLIMIT_FSIZE, &file) != 0 ||
      setrlimit(RLIMIT_NOFILE, &descriptors) != 0)
    return false;
  for (std::size_t at : own_process_) filter_[at].k = u32(getpid());
  const sock_fprog program{.len = static_cast<unsigned short>(filter_.size()), .filter = filter_.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace diptych::agent

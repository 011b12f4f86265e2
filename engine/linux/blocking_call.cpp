#include "engine/linux/blocking_call.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace diptych::linux_guest {
namespace {

// Ends a wait in the thread. The highest, because a guest hardly uses it.
int wake_signal() { return SIGRTMAX; }

std::atomic<pid_t> owner = 0;

// Every call is cut short by it. One that another process has sent was meant for the guest and goes on to its thread.
void wake(int number, siginfo_t* information, void*) {
  const int error = errno;
  if (information->si_code != SI_TKILL || information->si_pid != getpid()) syscall(SYS_rt_tgsigqueueinfo, getpid(), owner.load(), number, information);
  errno = error;
}

void count_up(const HostFile& counter) {
  const u64 one = 1;
  while (::write(counter.number(), &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void wait_for(const HostFile& counter) {
  u64 counted = 0;
  while (::read(counter.number(), &counted, sizeof counted) < 0 && errno == EINTR) {
  }
}

// A call may raise SIGPIPE or SIGXFSZ in the thread that makes it: the guest's thread takes them from its own queue.
void pass_signals_on(pthread_t to) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  sigaddset(&set, SIGXFSZ);
  constexpr timespec at_once{};
  for (int number; (number = sigtimedwait(&set, nullptr, &at_once)) > 0;) pthread_kill(to, number);
}

}  // namespace

BlockingCall::~BlockingCall() {
  if (!thread_.joinable()) return;
  ends_ = true;
  count_up(asked_);
  thread_.join();
}

bool BlockingCall::begin(std::function<i64()> call) {
  call_ = std::move(call);
  if (!thread_.joinable()) {
    asked_ = HostFile(eventfd(0, EFD_CLOEXEC));
    returned_ = HostFile(eventfd(0, EFD_CLOEXEC));
    if (!asked_ || !returned_) return false;
    struct sigaction action {};
    action.sa_sigaction = wake;
    action.sa_flags = SA_SIGINFO;
    if (sigaction(wake_signal(), &action, nullptr) != 0) return false;
    owner = static_cast<pid_t>(syscall(SYS_gettid));
    // The thread begins with everything blocked, so that it takes no signal of the guest's or the host's.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    bool started = true;
    try {
      thread_ = std::thread([this, guest = pthread_self()] {
        sigset_t ours;
        sigemptyset(&ours);
        sigaddset(&ours, wake_signal());
        pthread_sigmask(SIG_UNBLOCK, &ours, nullptr);
        for (wait_for(asked_); !ends_; wait_for(asked_)) {
          result_ = call_();
          pass_signals_on(guest);
          count_up(returned_);
        }
      });
    } catch (const std::system_error&) {
      started = false;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (!started) return false;
  }
  count_up(asked_);
  return true;
}

i64 BlockingCall::result() {
  wait_for(returned_);
  return result_;
}

i64 BlockingCall::cancel() {
  // One signal may come before the call has begun to wait, so it is sent until the call is back.
  pollfd back{returned_.number(), POLLIN, 0};
  for (int milliseconds = 1; ::poll(&back, 1, 0) == 0; milliseconds = milliseconds < 16 ? 2 * milliseconds : milliseconds) {
    pthread_kill(thread_.native_handle(), wake_signal());
    ::poll(&back, 1, milliseconds);
  }
  return result();
}

}  // namespace diptych::linux_guest

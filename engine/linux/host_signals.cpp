#include "engine/linux/host_signals.hpp"

#include <sys/signalfd.h>

#include <pthread.h>

namespace diptych::linux_guest {
namespace {

sigset_t guest_signals(u64 left_alone) {
  sigset_t set;
  sigfillset(&set);
  for (int number = 1; number <= signal_count; ++number)
    if (left_alone & signal_bit(number)) sigdelset(&set, number);
  for (const int number : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS, SIGKILL, SIGSTOP}) sigdelset(&set, number);
  return set;
}

}  // namespace

HostSignals::HostSignals(u64 left_alone) : taken_(guest_signals(left_alone)) { pthread_sigmask(SIG_BLOCK, &taken_, &before_); }

HostSignals::~HostSignals() {
  // What came for a guest that is gone must not end its host.
  const HostFile left = descriptor();
  while (take_host_signal(left)) {
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

HostFile HostSignals::descriptor() const {
  return HostFile(signalfd(-1, &taken_, SFD_NONBLOCK | SFD_CLOEXEC));
}

std::optional<Signal> take_host_signal(const HostFile& descriptor) {
  signalfd_siginfo told{};
  if (::read(descriptor.number(), &told, sizeof told) != sizeof told) return std::nullopt;
  return Signal{.number = static_cast<int>(told.ssi_signo), .code = told.ssi_code, .sender = static_cast<i32>(told.ssi_pid), .user = told.ssi_uid, .value = told.ssi_ptr};
}

}  // namespace diptych::linux_guest

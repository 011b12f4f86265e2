#include "engine/linux/host_signals.hpp"

#include <sys/signalfd.h>

#include <pthread.h>

namespace diptych::linux_guest {
namespace {

sigset_t guest_signals() {
  sigset_t set;
  sigfillset(&set);
  for (const int number : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS, SIGKILL, SIGSTOP}) sigdelset(&set, number);
  return set;
}

}  // namespace

HostSignals::HostSignals() {
  const sigset_t set = guest_signals();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
}

HostSignals::~HostSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

HostFile HostSignals::descriptor() const {
  const sigset_t set = guest_signals();
  return HostFile(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

std::optional<Signal> take_host_signal(const HostFile& descriptor) {
  signalfd_siginfo told{};
  if (::read(descriptor.number(), &told, sizeof told) != sizeof told) return std::nullopt;
  return Signal{.number = static_cast<int>(told.ssi_signo), .code = told.ssi_code, .sender = static_cast<i32>(told.ssi_pid), .user = told.ssi_uid, .value = told.ssi_ptr};
}

}  // namespace diptych::linux_guest

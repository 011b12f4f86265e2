#include "gdbstub/transport/quiet_pipes.hpp"

#include <pthread.h>

#include <ctime>

namespace diptych::gdb {
namespace {

sigset_t pipe_signal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  return set;
}

bool is_pending() {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGPIPE) == 1;
}

}  // namespace

QuietPipes::QuietPipes() : was_pending_(is_pending()) {
  const sigset_t set = pipe_signal();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
}

QuietPipes::~QuietPipes() {
  // The signal a write of ours left waiting would strike as soon as it is let through.
  if (!was_pending_ && is_pending()) {
    const sigset_t set = pipe_signal();
    const timespec now{};
    sigtimedwait(&set, nullptr, &now);
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace diptych::gdb

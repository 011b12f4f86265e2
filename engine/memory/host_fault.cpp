#include "engine/memory/host_fault.hpp"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

#include <ucontext.h>

namespace diptych {
namespace {

constexpr std::array signals = {SIGSEGV, SIGBUS};

/// What a process did on these signals before us.
struct Actions {
  std::array<struct sigaction, signals.size()> of{};
};

std::atomic<const Actions*> first = nullptr;   // when ours were installed
std::atomic<const Actions*> before = nullptr;  // when they were installed last

// In static thread-local storage, so that the handler reaches it without allocating.
[[gnu::tls_model("initial-exec")]] constinit thread_local const FaultScope* innermost = nullptr;
[[gnu::tls_model("initial-exec")]] constinit thread_local bool fault_passed_on = false;

// The default action, taken where and as it would have been without us: by the same fault again.
void take_default(int signal, bool will_recur) {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  sigaction(signal, &standard, nullptr);
  // Pending until the handler returns.
  if (!will_recur) raise(signal);
}

void pass_on(int signal, siginfo_t* info, void* context) {
  const bool by_an_access = info->si_code > 0;
  // Whoever was installed over ours, and then found under ours, takes us for the one before it, and may
  // answer a fault by raising it again: that must not go on for ever.
  const bool comes_back = !by_an_access && fault_passed_on;
  fault_passed_on |= by_an_access;
  const Actions& actions = *(comes_back ? first : before).load(std::memory_order_acquire);
  const struct sigaction& action = actions.of[signal == signals[0] ? 0 : 1];
  if (!(action.sa_flags & SA_SIGINFO)) {
    // A fault is not ignored, whatever was asked for: the host ends the process.
    if (action.sa_handler == SIG_IGN && !by_an_access) return;
    if (action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN) return take_default(signal, by_an_access);
  }
  sigset_t mask = action.sa_mask, unchanged;
  pthread_sigmask(SIG_BLOCK, &mask, &unchanged);
  if (action.sa_flags & SA_NODEFER) {
    sigset_t own;
    sigemptyset(&own);
    sigaddset(&own, signal);
    pthread_sigmask(SIG_UNBLOCK, &own, nullptr);
  }
  if (action.sa_flags & SA_SIGINFO)
    action.sa_sigaction(signal, info, context);
  else
    action.sa_handler(signal);
  pthread_sigmask(SIG_SETMASK, &unchanged, nullptr);
}

void handle(int signal, siginfo_t* info, void* context) {
  // A signal sent by a process is none of ours, wherever it finds us.
  if (info->si_code > 0) {
    auto& pc = static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP];
    if (const u64 to = FaultScope::continuation(u64(pc))) {
      pc = greg_t(to);
      return;
    }
  }
  const int error = errno;
  pass_on(signal, info, context);
  errno = error;
}

}  // namespace

Result<void> install_fault_handler() {
  static std::mutex installing;
  // A handler may be reading an older one, and run after all static objects are gone.
  static auto& kept = *new std::vector<std::unique_ptr<const Actions>>;
  const std::scoped_lock lock(installing);
  auto actions = std::make_unique<Actions>();
  if (const Actions* known = before.load()) *actions = *known;
  bool changed = false;
  for (std::size_t i = 0; i < signals.size(); ++i) {
    struct sigaction now {};
    sigaction(signals[i], nullptr, &now);
    if (now.sa_flags & SA_SIGINFO && now.sa_sigaction == handle) continue;
    actions->of[i] = now;
    changed = true;
  }
  if (!changed) return {};
  // Before the handler, which may be needed at once.
  before.store(actions.get(), std::memory_order_release);
  if (kept.empty()) first.store(actions.get(), std::memory_order_release);
  kept.push_back(std::move(actions));
  struct sigaction ours {};
  ours.sa_sigaction = handle;
  ours.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&ours.sa_mask);
  for (int signal : signals)
    if (sigaction(signal, &ours, nullptr) != 0)
      return fail(ErrorKind::environment,
                  fmt::format("the host does not let signals of guest faults be handled: {}", std::strerror(errno)));
  return {};
}

FaultScope::FaultScope(const u8* begin, const u8* end, Redirect redirect, void* self)
    : begin_(reinterpret_cast<u64>(begin)),
      size_(u64(end - begin)),
      redirect_(redirect),
      self_(self),
      around_(innermost) {
  // Where it fails, no fault is survived, as if there were no scope.
  [[maybe_unused]] static const bool installed = install_fault_handler().has_value();
  std::atomic_signal_fence(std::memory_order_release);
  innermost = this;
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

FaultScope::~FaultScope() {
  std::atomic_signal_fence(std::memory_order_seq_cst);
  innermost = around_;
  std::atomic_signal_fence(std::memory_order_release);
}

u64 FaultScope::continuation(u64 pc) {
  for (const FaultScope* scope = innermost; scope; scope = scope->around_)
    if (pc - scope->begin_ < scope->size_)
      if (const u64 to = scope->redirect_(scope->self_, pc)) return to;
  return 0;
}

}  // namespace diptych

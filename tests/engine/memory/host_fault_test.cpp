#include "engine/memory/host_fault.hpp"

#include "engine/jit/code_memory.hpp"
#include "engine/memory/window.hpp"
#include "tests/catch.hpp"

#include <array>
#include <atomic>
#include <csetjmp>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace diptych;

namespace {

constexpr Access rw = Access::read | Access::write;

// Host code that reads and writes where it is told, and continues on a fault by giving a number.
class Prober {
 public:
  static constexpr u64 faulted = 0x5eed;

  Prober() : memory_(std::move(*CodeMemory::create(4096))) {
    CHECK(install_fault_handler());
    const std::array<u8, 4> load = {0x48, 0x8b, 0x07, 0xc3};          // mov rax, [rdi]; ret
    const std::array<u8, 4> store = {0x48, 0x89, 0x37, 0xc3};         // mov [rdi], rsi; ret
    const std::array<u8, 6> answer = {0xb8, 0xed, 0x5e, 0, 0, 0xc3};  // mov eax, faulted; ret
    std::memcpy(memory_.writable() + load_at, load.data(), load.size());
    std::memcpy(memory_.writable() + store_at, store.data(), store.size());
    std::memcpy(memory_.writable() + answer_at, answer.data(), answer.size());
  }

  const u8* begin() const { return memory_.executable(); }
  const u8* end() const { return memory_.executable() + memory_.size(); }
  u64 pc_of_load() const { return reinterpret_cast<u64>(begin()) + load_at; }

  // Without a scope of their own, and unchecked: nothing before such code says what type it has.
  [[clang::no_sanitize("function")]] u64 load(const u8* host) const { return function(load_at)(host, 0); }
  [[clang::no_sanitize("function")]] u64 store(u8* host, u64 value) const { return function(store_at)(host, value); }

  // The redirection of a scope whose `self` is a Prober.
  static u64 redirect(void* self, u64 pc) {
    Prober& prober = *static_cast<Prober*>(self);
    prober.last_pc = pc;
    prober.faults = prober.faults + 1;
    return reinterpret_cast<u64>(prober.begin()) + answer_at;
  }

  volatile u64 last_pc = 0;
  volatile u64 faults = 0;

 private:
  static constexpr std::size_t load_at = 0, store_at = 16, answer_at = 32;
  using Function = u64 (*)(const u8*, u64);

  Function function(std::size_t at) const {
    Function function = nullptr;
    const u8* entry = begin() + at;
    std::memcpy(&function, &entry, sizeof entry);
    return function;
  }

  CodeMemory memory_;
};

// How a process ends that does this: with _exit(0), if it comes so far.
template <class Action>
int status_of_child(Action action) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    alarm(60);  // an endless chain of handlers is a failure too
    // What else handles signals here would tell of it.
    const int silence = open("/dev/null", O_WRONLY);
    dup2(silence, 1);
    dup2(silence, 2);
    action();
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status;
}

void set_action(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigaction(signal, &action, nullptr);
}

const u8* const nowhere = reinterpret_cast<const u8*>(16);
const u8* const non_canonical = reinterpret_cast<const u8*>(u64{0x8000} << 48);

}  // namespace

TEST_CASE("a fault within a scope's code continues where the scope says, with its PC") {
  Prober prober;
  const u8 held[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  const FaultScope scope(prober.begin(), prober.end(), Prober::redirect, &prober);
  CHECK(prober.load(held) == 0x0807060504030201);
  CHECK(prober.faults == 0);
  for (u64 i = 1; i <= 3; ++i) {
    CHECK(prober.load(nowhere) == Prober::faulted);
    CHECK(prober.faults == i);
    CHECK(prober.last_pc == prober.pc_of_load());
  }
  // Of these the host does not tell the address.
  CHECK(prober.load(non_canonical) == Prober::faulted);
}

TEST_CASE("what a window refuses is such a fault") {
  Prober prober;
  auto window = Window::reserve(u64{1} << 32);
  REQUIRE(window);
  REQUIRE(window->map(0x1000, 0x2000, rw));
  REQUIRE(window->protect(0x2000, 0x1000, Access::read));
  const FaultScope scope(prober.begin(), prober.end(), Prober::redirect, &prober);
  prober.store(window->base() + 0x1ff8, 77);
  CHECK(prober.faults == 0);
  CHECK(prober.load(window->base() + 0x1ff8) == 77);
  CHECK(prober.load(window->base() + 0x2000) == 0);
  CHECK(prober.load(window->base() + 0xff9) == Prober::faulted);
  CHECK(prober.load(window->base() + 0x2ff9) == Prober::faulted);
  CHECK(prober.store(window->base() + 0x2000, 1) == Prober::faulted);
  CHECK(prober.load(window->base() - 8) == Prober::faulted);
  CHECK(prober.load(window->base() + window->size()) == Prober::faulted);
  REQUIRE(window->watch(0x1000, 0x1000));
  CHECK(prober.store(window->base() + 0x1000, 1) == Prober::faulted);
  CHECK(prober.load(window->base() + 0x1ff8) == 77);
  REQUIRE(window->unwatch(0x1000, 0x1000));
  CHECK(prober.store(window->base() + 0x1000, 1) != Prober::faulted);
  CHECK(prober.faults == 6);
}

TEST_CASE("scopes nest, and the innermost that takes a fault has it") {
  Prober outer, inner;
  const FaultScope around(outer.begin(), outer.end(), Prober::redirect, &outer);
  {
    const FaultScope within(inner.begin(), inner.end(), Prober::redirect, &inner);
    CHECK(inner.load(nowhere) == Prober::faulted);
    CHECK(outer.load(nowhere) == Prober::faulted);
    CHECK(inner.faults == 1);
    CHECK(outer.faults == 1);
    const auto decline = [](void* self, u64) -> u64 {
      ++*static_cast<u64*>(self);
      return 0;
    };
    u64 declined = 0;
    const FaultScope reluctant(outer.begin(), outer.end(), decline, &declined);
    CHECK(outer.load(nowhere) == Prober::faulted);
    CHECK(declined == 1);
    CHECK(outer.faults == 2);
  }
  CHECK(FaultScope::continuation(inner.pc_of_load()) == 0);
  CHECK(FaultScope::continuation(outer.pc_of_load()) != 0);
}

TEST_CASE("threads recover from faults in windows of their own at once") {
  constexpr u64 rounds = 2000;
  std::array<std::atomic<u64>, 4> wrong{};
  std::vector<std::thread> threads;
  std::array<Prober, 4> probers;
  for (std::size_t i = 0; i < probers.size(); ++i)
    threads.emplace_back([&, i] {
      auto window = Window::reserve();
      if (!window || !window->map(0x1000, 0x1000, rw)) {
        wrong[i] = ~u64{0};
        return;
      }
      Prober& prober = probers[i];
      for (u64 round = 1; round <= rounds; ++round) {
        const FaultScope scope(prober.begin(), prober.end(), Prober::redirect, &prober);
        prober.store(window->base() + 0x1000, round * 4 + i);
        if (prober.load(window->base() + 0x1000) != round * 4 + i) ++wrong[i];
        if (prober.load(window->base() + 0x2000 * round) != Prober::faulted) ++wrong[i];
        if (prober.faults != round || prober.last_pc != prober.pc_of_load()) ++wrong[i];
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const auto& count : wrong) CHECK(count == 0);
}

TEST_CASE("a fault that no scope takes still ends the process by its signal") {
  for (int signal : {SIGSEGV, SIGBUS}) {
    // Raised by the processor, and sent.
    const int status = status_of_child([&] {
      set_action(signal, SIG_DFL);
      Prober prober;
      const FaultScope scope(prober.begin(), prober.begin(), Prober::redirect, &prober);
      if (signal == SIGSEGV) prober.load(nowhere);
      raise(signal);
    });
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == signal);
  }
  const int ignored = status_of_child([] {
    set_action(SIGSEGV, SIG_IGN);
    Prober prober;
    prober.load(nowhere);
  });
  CHECK(WIFSIGNALED(ignored));
  CHECK(WTERMSIG(ignored) == SIGSEGV);
}

namespace {

sigjmp_buf before_fault;
volatile std::sig_atomic_t handled = 0;

void leave_by_jump(int) {
  handled = handled + 1;
  siglongjmp(before_fault, 1);
}

void leave_by_information(int signal, siginfo_t* info, void*) {
  if (signal == SIGSEGV && info->si_addr == nowhere) handled = handled + 1;
  siglongjmp(before_fault, 1);
}

// Handles faults beside the scopes twice, and one within a scope between: 0 if all went right.
int faults_handled_before_and_by_scopes() {
  Prober prober;
  for (int round = 1; round <= 2; ++round) {
    if (sigsetjmp(before_fault, 1) == 0) {
      prober.load(nowhere);
      return 1;
    }
    if (handled != round) return 2;
    const FaultScope scope(prober.begin(), prober.end(), Prober::redirect, &prober);
    if (prober.load(nowhere) != Prober::faulted) return 3;
    if (handled != round) return 4;
  }
  return 0;
}

}  // namespace

TEST_CASE("whoever handled faults before hears of those that no scope takes, again and again") {
  const int plain = status_of_child([] {
    set_action(SIGSEGV, leave_by_jump);
    _exit(faults_handled_before_and_by_scopes());
  });
  CHECK(plain == 0);
  const int informed = status_of_child([] {
    struct sigaction action {};
    action.sa_sigaction = leave_by_information;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &action, nullptr);
    _exit(faults_handled_before_and_by_scopes());
  });
  CHECK(informed == 0);
}

TEST_CASE("a handler installed over ours that passes faults back does not do so for ever") {
  const int status = status_of_child([] {
    static struct sigaction ours;
    set_action(SIGSEGV, SIG_DFL);
    if (!install_fault_handler()) _exit(1);
    struct sigaction over {};
    over.sa_handler = [](int signal) {
      sigaction(signal, &ours, nullptr);
      raise(signal);
    };
    sigaction(SIGSEGV, &over, &ours);
    Prober prober;
    prober.load(nowhere);
  });
  CHECK(status != 0);
}

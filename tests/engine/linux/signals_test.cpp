// Signals that wait, and the frame a handler runs on.
#include "engine/guest/riscv64/registers.hpp"
#include "engine/linux/signal_frame.hpp"
#include "engine/linux/signals.hpp"
#include "tests/catch.hpp"

#include <csignal>
#include <random>

using namespace diptych;
using namespace diptych::linux_guest;

TEST_CASE("standard signals wait once, real-time ones as often as they came, lower numbers first") {
  Signals signals;
  signals.blocked = ~u64{0};
  for (const int number : {40, SIGUSR2, SIGUSR1, SIGUSR1, 40, 35}) signals.raise({.number = number, .value = static_cast<u64>(number)});
  CHECK(signals.waiting(signal_bit(40)));
  CHECK(!signals.take(signal_bit(SIGINT)));
  std::vector<int> taken;
  while (const auto signal = signals.take(~u64{0})) taken.push_back(signal->number);
  CHECK(taken == std::vector<int>{SIGUSR1, SIGUSR2, 35, 40, 40});
  CHECK(signals.pending() == 0);
}

TEST_CASE("what is ignored does not wait, unless it is blocked") {
  Signals signals;
  signals.raise({.number = SIGCHLD});
  signals.actions[SIGUSR1].handler = 1;
  signals.raise({.number = SIGUSR1});
  CHECK(signals.pending() == 0);
  signals.blocked = signal_bit(SIGCHLD);
  signals.raise({.number = SIGCHLD});
  CHECK(signals.pending() == signal_bit(SIGCHLD));
  signals.discard(SIGCHLD);
  CHECK(signals.pending() == 0);
  CHECK(!signals.take(~u64{0}));
}

TEST_CASE("registers survive a handler's frame") {
  auto window = Window::reserve(u64{1} << 32);
  auto tier = make_tier("interp");
  REQUIRE(window);
  REQUIRE(tier);
  REQUIRE(window->map(0x10000, 0x4000, Access::read | Access::write));
  GuestMemory memory(*window, **tier);
  std::mt19937_64 random(5);
  GuestState state;
  for (std::size_t i = 1; i < riscv64::state_words; ++i) state.words[i] = random();
  state.words[riscv64::pc_word] &= ~u64{1};
  state.words[riscv64::fcsr_word] &= 0xff;
  state.words[2] = 0x14000;
  const GuestState before = state;
  const SignalAction action = {.handler = 0x4242, .flags = SA_SIGINFO, .mask = 0};
  REQUIRE(enter_handler(memory, state, {}, {.number = SIGSEGV, .code = SEGV_ACCERR, .address = 0x1234}, action, 0x55, 0x9000));
  CHECK(state.words[riscv64::pc_word] == 0x4242);
  CHECK(state.words[1] == 0x9000);
  CHECK(state.words[2] % 16 == 0);
  CHECK(state.words[10] == SIGSEGV);
  CHECK(memory.read<u32>(state.words[11]) == u32{SIGSEGV});
  CHECK(memory.read<u32>(state.words[11] + 8) == u32{SEGV_ACCERR});
  CHECK(memory.read<u64>(state.words[11] + 16) == u64{0x1234});
  // The ucontext's registers begin 176 bytes into it, the PC first.
  CHECK(memory.read<u64>(state.words[12] + 176) == before.words[riscv64::pc_word]);
  CHECK(memory.read<u64>(state.words[12] + 176 + 8 * 31) == before.words[31]);
  CHECK(memory.read<u64>(state.words[12] + 40) == u64{0x55});
  GuestState after;
  after.words[2] = state.words[2];
  const auto left = leave_handler(memory, after);
  REQUIRE(left);
  CHECK(left->blocked == 0x55);
  CHECK(after.words == before.words);
}

TEST_CASE("a frame goes to the signal stack when asked, and nowhere where there is no stack") {
  auto window = Window::reserve(u64{1} << 32);
  auto tier = make_tier("interp");
  REQUIRE(window);
  REQUIRE(tier);
  REQUIRE(window->map(0x10000, 0x2000, Access::read | Access::write));
  REQUIRE(window->map(0x20000, 0x2000, Access::read | Access::write));
  GuestMemory memory(*window, **tier);
  const SignalStack stack = {.address = 0x20000, .flags = 0, .padding = 0, .size = 0x1000};
  GuestState state;
  state.words[2] = 0x12000;
  REQUIRE(enter_handler(memory, state, stack, {.number = SIGINT}, {.handler = 2, .flags = SA_ONSTACK}, 0, 0));
  CHECK(on_signal_stack(stack, state.words[2]));
  // Within it the next frame lies below; where that would leave the stack, there is none.
  int frames = 1;
  while (enter_handler(memory, state, stack, {.number = SIGINT}, {.handler = 2, .flags = SA_ONSTACK}, 0, 0)) ++frames;
  CHECK(frames == 3);
  state.words[2] = 0x500000;
  CHECK(!enter_handler(memory, state, {}, {.number = SIGINT}, {.handler = 2}, 0, 0));
  CHECK(state.words[2] == 0x500000);
  CHECK(!leave_handler(memory, state));
}

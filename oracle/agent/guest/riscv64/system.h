// RISC-V Linux, as far as the agent needs it.
#pragma once

#include "oracle/agent/protocol.h"

#include <stdint.h>

enum {
  agent_number_exit_group = 94,
  agent_number_futex = 98,
  agent_number_sigaltstack = 132,
  agent_number_sigaction = 134,
  agent_number_munmap = 215,
  agent_number_mmap = 222,
  agent_number_mprotect = 226,
};

void agent_signal(void);

static inline long agent_system_call(long number, long a, long b, long c, long d, long e, long f) {
  register long a7 __asm__("a7") = number;
  register long a0 __asm__("a0") = a;
  register long a1 __asm__("a1") = b;
  register long a2 __asm__("a2") = c;
  register long a3 __asm__("a3") = d;
  register long a4 __asm__("a4") = e;
  register long a5 __asm__("a5") = f;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5) : "memory");
  return a0;
}

// What a signal says, where struct rt_sigframe has it: siginfo (128 bytes), then ucontext, with pc, x1 to
// x31, f0 to f31 and fcsr, each in 64 bits.
enum {
  agent_address_in_information = 16,
  agent_state_in_context = 176,
  agent_state_in_frame = 128 + agent_state_in_context,
  agent_state_lines = 9,
};

static inline uint64_t agent_counter(const uint64_t* state) { return state[0]; }

// No signal is ever blocked: to change the mask for each run takes longer than most runs do.
static inline void agent_catch(int number) {
  enum { flag_information = 4, flag_on_stack = 0x08000000, flag_not_deferred = 0x40000000 };
  struct {
    void (*handler)(void);
    uint64_t flags;
    uint64_t mask;
  } action = {agent_signal, flag_information | flag_on_stack | flag_not_deferred, 0};
  agent_system_call(agent_number_sigaction, number, (long)&action, 0, sizeof action.mask, 0, 0);
}

// The same stack that the host's frames name. A signal that comes while the agent itself runs there finds
// its place below.
static inline void agent_take_stack(void) {
  struct {
    uint64_t bottom;
    uint64_t flags;
    uint64_t size;
  } stack = {AGENT_WINDOW_ADDRESS + AGENT_STACK_OFFSET, 0, AGENT_STACK_SIZE};
  agent_system_call(agent_number_sigaltstack, (long)&stack, 0, 0, 0, 0, 0);
}

// A reservation must not outlive the run that took it; an SC, whether it succeeds or not, ends it.
static inline void agent_forget_reservation(void) {
  uint32_t scratch;
  __asm__ volatile("sc.w zero, zero, (%0)" : : "r"(&scratch) : "memory");
}

// The stack and the signal page that qemu made lie where programs under test may want to be.
static inline void agent_leave_start_stack(void) {
  const long first = 0x3ffffff000, size = 0x802000;
  agent_system_call(agent_number_munmap, first, size, 0, 0, 0, 0);
}

// RISC-V Linux, as far as the agent needs it.
#pragma once

#include <stdint.h>

enum {
  agent_number_exit_group = 94,
  agent_number_futex = 98,
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

// Every signal stays blocked while the handler runs: a poke must find a run, never the agent.
static inline void agent_catch(int number) {
  enum { flag_information = 4, flag_on_stack = 0x08000000 };
  struct {
    void (*handler)(void);
    uint64_t flags;
    uint64_t mask;
  } action = {agent_signal, flag_information | flag_on_stack, ~(uint64_t)0};
  agent_system_call(agent_number_sigaction, number, (long)&action, 0, sizeof action.mask, 0, 0);
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

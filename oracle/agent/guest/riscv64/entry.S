# Where the agent begins, and the ways between it and the code under test.
  .text

  .globl _start
_start:
  lla sp, start_stack_top
  j agent_main

# a0 holds the address of a frame as a signal handler finds it at its stack pointer.
  .globl agent_enter
agent_enter:
  mv sp, a0
  li a7, 139        # rt_sigreturn
  ecall
  ebreak

# a0 holds the address of a state; the instructions at a1 load it, a0 last.
  .globl agent_jump
agent_jump:
  jr a1

# a0 signal, a1 siginfo, a2 ucontext; the stack goes on below the signal's frame.
  .globl agent_signal
agent_signal:
  j agent_stopped

# Until the first signal; from then on the alternate stack.
  .bss
  .balign 16
  .space 4096
start_stack_top:

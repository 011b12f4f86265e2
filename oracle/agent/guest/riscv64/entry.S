# Where the agent begins, and the two ways between it and the code under test.
  .text

  .globl _start
_start:
  lla sp, agent_stack_top
  j agent_main

# a0 holds the address of a frame as a signal handler finds it at its stack pointer.
  .globl agent_enter
agent_enter:
  mv sp, a0
  li a7, 139        # rt_sigreturn
  ecall
  ebreak

# a0 signal, a1 siginfo, a2 ucontext; no register the program under test left is relied on.
  .globl agent_signal
agent_signal:
  lla sp, agent_stack_top
  j agent_stopped

  .bss
  .balign 16
  .space 16384
agent_stack_top:

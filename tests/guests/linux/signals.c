// Signals and their handlers, one way by each argument.
#include <errno.h>
#include <fenv.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static sigjmp_buf back;
static volatile sig_atomic_t count;

static void handle(int number, void (*handler)(int, siginfo_t*, void*), int flags) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | flags;
  sigaction(number, &action, NULL);
}

static void jump_back(int number, siginfo_t* information, void* context) {
  (void)context;
  printf("signal %d code %d at %p\n", number, information->si_code, information->si_addr);
  siglongjmp(back, 1);
}

static void recover_by_jump(void) {
  handle(SIGSEGV, jump_back, 0);
  static volatile uintptr_t wrong[] = {0, 0x10, 0x123456789000, 0x3ffffffff8};
  for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; ++i) {
    if (sigsetjmp(back, 1) == 0) printf("read %d\n", *(volatile int*)wrong[i]);
    if (sigsetjmp(back, 1) == 0) *(volatile int*)wrong[i] = 1;
    if (i < 2 && sigsetjmp(back, 1) == 0) ((void (*)(void))wrong[i])();
  }
  if (sigsetjmp(back, 1) == 0) *(volatile char*)(uintptr_t)"constant" = 'C';
  puts("recovered from all");
}

static void skip(int number, siginfo_t* information, void* context) {
  ucontext_t* state = context;
  unsigned short instruction;
  memcpy(&instruction, (void*)state->uc_mcontext.__gregs[REG_PC], 2);
  printf("signal %d code %d, the PC %s the address\n", number, information->si_code,
         (uintptr_t)information->si_addr == state->uc_mcontext.__gregs[REG_PC] ? "is" : "is not");
  state->uc_mcontext.__gregs[REG_PC] += (instruction & 3) == 3 ? 4 : 2;
  state->uc_mcontext.__gregs[REG_A0] = 1234;
  ++count;
}

static void recover_by_pc(void) {
  handle(SIGSEGV, skip, 0);
  handle(SIGILL, skip, 0);
  handle(SIGTRAP, skip, 0);
  register long value __asm__("a0") = 0;
  register double kept __asm__("fs1") = 1.5;
  __asm__ volatile("ld a0, 0(zero)" : "+r"(value), "+f"(kept));
  printf("a0 %ld, fs1 %g\n", value, kept);
  __asm__ volatile(".word 0" ::: "a0", "memory");
  __asm__ volatile("ebreak" ::: "a0", "memory");
  __asm__ volatile("c.ebreak" ::: "a0", "memory");
  __asm__ volatile("csrw cycle, zero" ::: "a0", "memory");
  printf("%d signals\n", (int)count);
}

static void note(int number, siginfo_t* information, void* context) {
  (void)context;
  printf("handled %d, sent %d, by %s\n", number, information->si_code, information->si_pid == getpid() ? "itself" : "somebody");
  ++count;
}

static void blocked_and_pending(void) {
  handle(SIGUSR1, note, 0);
  handle(SIGUSR2, note, SA_RESETHAND);
  handle(SIGRTMIN, note, 0);
  sigset_t set, old, waiting;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGRTMIN);
  sigprocmask(SIG_BLOCK, &set, &old);
  raise(SIGUSR1);
  raise(SIGUSR1);
  raise(SIGRTMIN);
  raise(SIGRTMIN);
  kill(getpid(), SIGUSR2);
  sigpending(&waiting);
  printf("pending %d %d %d\n", sigismember(&waiting, SIGUSR1), sigismember(&waiting, SIGUSR2), sigismember(&waiting, SIGRTMIN));
  puts("unblocking");
  sigprocmask(SIG_SETMASK, &old, NULL);
  printf("%d handled\n", (int)count);
  struct sigaction action;
  sigaction(SIGUSR2, NULL, &action);
  printf("reset: %d\n", action.sa_handler == SIG_DFL);
  signal(SIGUSR2, SIG_IGN);
  raise(SIGUSR2);
  sigprocmask(SIG_BLOCK, &set, NULL);
  raise(SIGUSR1);
  siginfo_t information;
  struct timespec none = {0, 0};
  printf("waited for %d\n", sigtimedwait(&set, &information, &none) == SIGUSR1);
  printf("again %d %d\n", sigtimedwait(&set, &information, &none), errno == EAGAIN);
  raise(SIGUSR1);
  printf("suspended %d %d\n", sigsuspend(&old), errno == EINTR);
  union sigval value = {.sival_int = 77};
  sigqueue(getpid(), SIGRTMIN, value);
  printf("queued %d %d\n", sigwaitinfo(&set, &information) == SIGRTMIN, information.si_value.sival_int);
}

static void nested_inner(int number, siginfo_t* information, void* context) {
  (void)information, (void)context;
  printf("inner %d\n", number);
}
static void nested_outer(int number, siginfo_t* information, void* context) {
  (void)information, (void)context;
  printf("outer %d begins\n", number);
  raise(SIGUSR2);
  if (count++ < 2) raise(SIGUSR1);
  printf("outer %d ends\n", number);
}
static void nested(void) {
  handle(SIGUSR1, nested_outer, 0);
  handle(SIGUSR2, nested_inner, 0);
  raise(SIGUSR1);
}

static int overflow(int n) {
  volatile char room[1000];
  room[0] = (char)n;
  return n < 0 ? 0 : overflow(n + 1) + room[0];
}
static void on_other_stack(int number, siginfo_t* information, void* context) {
  (void)information, (void)context;
  stack_t stack;
  sigaltstack(NULL, &stack);
  printf("signal %d, on the signal stack: %d\n", number, stack.ss_flags == SS_ONSTACK);
  siglongjmp(back, 1);
}
static void signal_stack(void) {
  stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
  sigaltstack(&stack, NULL);
  handle(SIGSEGV, on_other_stack, SA_ONSTACK);
  for (int i = 0; i < 2; ++i)
    if (sigsetjmp(back, 1) == 0) printf("%d\n", overflow(0));
  sigaltstack(NULL, &stack);
  printf("flags afterwards %d\n", stack.ss_flags);
}

static void tick(int number, siginfo_t* information, void* context) {
  (void)number, (void)information, (void)context;
  ++count;
}
static void timers(void) {
  handle(SIGALRM, tick, 0);
  struct itimerval every = {{0, 2000}, {0, 1000}};
  setitimer(ITIMER_REAL, &every, NULL);
  while (count < 3) {
  }
  puts("ticked while it computed");
  count = 0;
  while (count < 3) pause();
  puts("ticked while it paused");
  struct timespec time = {5, 0}, left = {0, 0};
  printf("nanosleep %d %d, left %d\n", nanosleep(&time, &left), errno == EINTR, left.tv_sec >= 4);
  struct itimerval off = {{0, 0}, {0, 0}}, was;
  setitimer(ITIMER_REAL, &off, &was);
  printf("interval %ld\n", (long)was.it_interval.tv_usec);
  int ends[2];
  char byte;
  if (pipe(ends) != 0) return;
  struct itimerval once = {{0, 0}, {0, 2000}};
  setitimer(ITIMER_REAL, &once, NULL);
  printf("read %d %d\n", (int)read(ends[0], &byte, 1), errno == EINTR);
  alarm(100);
  printf("alarm %u\n", alarm(0));
  handle(SIGVTALRM, tick, 0);
  count = 0;
  setitimer(ITIMER_VIRTUAL, &once, NULL);
  while (count < 1) {
  }
  puts("virtual too");
}

static void keep_rounding(int number, siginfo_t* information, void* context) {
  (void)number, (void)information, (void)context;
  fesetround(FE_UPWARD);
  volatile double one = 1, three = 3;
  one = one / three;
}
static void floating_state(void) {
  handle(SIGUSR1, keep_rounding, 0);
  feclearexcept(FE_ALL_EXCEPT);
  fesetround(FE_DOWNWARD);
  raise(SIGUSR1);
  printf("rounding kept: %d, flags kept: %d\n", fegetround() == FE_DOWNWARD, fetestexcept(FE_ALL_EXCEPT) == 0);
}

int main(int argument_count, char** arguments) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  const char* way = argument_count > 1 ? arguments[1] : "";
  if (!strcmp(way, "jump")) recover_by_jump();
  else if (!strcmp(way, "pc")) recover_by_pc();
  else if (!strcmp(way, "pending")) blocked_and_pending();
  else if (!strcmp(way, "nested")) nested();
  else if (!strcmp(way, "stack")) signal_stack();
  else if (!strcmp(way, "timers")) timers();
  else if (!strcmp(way, "floating")) floating_state();
  else if (!strcmp(way, "overflow")) printf("%d\n", overflow(0));
  else if (!strcmp(way, "abort")) abort();
  else if (!strcmp(way, "null")) *(volatile int*)(uintptr_t)(argument_count - 2) = 1;
  else if (!strcmp(way, "illegal")) __asm__ volatile(".word 0");
  else if (!strcmp(way, "breakpoint")) __asm__ volatile("ebreak");
  else if (!strcmp(way, "raise")) raise(atoi(arguments[2]));
  else if (!strcmp(way, "pipe")) {
    int ends[2];
    if (pipe(ends) == 0) close(ends[0]), write(ends[1], "x", 1);
  } else if (!strcmp(way, "wait")) {
    handle(SIGINT, note, 0);
    puts("waiting");
    pause();
    puts("waited");
  } else if (!strcmp(way, "spin")) {
    puts("spinning");
    for (;;) {
    }
  }
  return 0;
}

// Tells what its handler was told of a fault, and of a signal that it sends itself.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static volatile int handled;

static void on_signal(int number, siginfo_t* information, void* context) {
  (void)context;
  printf("signal %d: %d %d %d %p\n", number, information->si_signo, information->si_code, information->si_errno, information->si_addr);
  fflush(stdout);
  ++handled;
  if (number == SIGSEGV) exit(5);
}

static void store(int* at) { *at = 1; }

int main(void) {
  struct sigaction action = {.sa_flags = SA_SIGINFO};
  action.sa_sigaction = on_signal;
  sigaction(SIGSEGV, &action, 0);
  sigaction(SIGUSR1, &action, 0);
  raise(SIGUSR1);
  store((int*)0x10);
  return 0;
}

// Waits for a signal from outside in a line that a debugger steps over.
#include <signal.h>
#include <sys/time.h>

static volatile sig_atomic_t rang;

static void ring(int number) { rang = number; }

int main(void) {
  const struct itimerval soon = {.it_value = {.tv_usec = 20000}};
  signal(SIGALRM, ring);
  setitimer(ITIMER_REAL, &soon, 0);
  while (!rang) continue;
  return rang != SIGALRM;
}

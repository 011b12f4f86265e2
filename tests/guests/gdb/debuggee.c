// What a debugger is led through: a loop whose turns are counted, memory to be watched, a variable of the thread's
// own, calls to be made by hand, and system calls.
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct point {
  int x, y;
};

float quarter;              // computed once, behind the loop
long total;                 // written on every turn
long milestone;             // written on every thousandth
volatile long secret = 42;  // read once, behind the loop
__thread int per_thread = 7;
char haystack[256];
struct point corner = {3, 4};
static volatile sig_atomic_t alarms;

static void on_signal(int number) { alarms += number; }

int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

__attribute__((noinline)) long turn(long number) {
  total += number;
  if (number % 1000 == 0) milestone = number;
  return total;
}

__attribute__((noinline)) float halve(float number) { return number * 0.5f; }

int main(int argc, char** argv) {
  const long turns = 10000;
  strcpy(haystack + 100, "a needle");
  signal(SIGUSR1, on_signal);
  for (long number = 1; number <= turns; ++number) turn(number);
  quarter = halve(halve(1));
  per_thread += (int)secret;
  raise(SIGUSR1);
  printf("total %ld, of the thread %d, fib %d, arguments %d, alarms %d\n", total, per_thread, fib(10), argc, (int)alarms);
  for (int i = 1; i < argc; ++i) printf("argument %s\n", argv[i]);
  fflush(stdout);
  return corner.x;
}

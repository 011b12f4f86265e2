// Asks for what a process of one thread does not get, and then waits as those do that got it.
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int word;

static void wake(int number) {
  (void)number;
  word = 1;
}

static void handle(int number, int flags) {
  const struct sigaction action = {.sa_handler = wake, .sa_flags = flags};
  sigaction(number, &action, NULL);
}

static void say(const char* name, long result) {
  printf("%s: %s\n", name, result < 0 ? strerror(errno) : "done");
  fflush(stdout);
}

static long start_thread(void) {
  // As the Go run time on RISC-V.
  return syscall(SYS_clone, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_SYSVSEM | CLONE_THREAD, 0, 0, 0, 0);
}

static long wait_on_word(const struct timespec* time) { return syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, time, NULL, 0); }

int main(int count, char** arguments) {
  const char* way = count > 1 ? arguments[1] : "";
  if (!strcmp(way, "ask")) {
    char* const nothing[] = {NULL};
    struct clone_args more = {.flags = CLONE_THREAD};
    for (int i = 0; i < 2; ++i) {
      say("thread", start_thread());
      say("clone3", syscall(SYS_clone3, &more, sizeof more));
      say("fork", fork());
      say("execve", execve("/bin/true", nothing, nothing));
    }
  } else if (!strcmp(way, "go")) {
    for (int number = 1; number <= 64; ++number) handle(number, SA_RESTART);
    start_thread();
    say("woken", wait_on_word(NULL));
  } else if (!strcmp(way, "futex")) {
    say("woken", wait_on_word(NULL));
  } else if (!strcmp(way, "timeout")) {
    say("timeout", wait_on_word(&(struct timespec){0, 1000}));
  } else if (!strcmp(way, "handler")) {
    handle(SIGUSR1, 0);
    puts("waiting");
    fflush(stdout);
    say("handler", wait_on_word(NULL));
  } else if (!strcmp(way, "timer")) {
    start_thread();
    handle(SIGALRM, 0);
    setitimer(ITIMER_REAL, &(struct itimerval){.it_value = {0, 1000}}, NULL);
    say("timer", wait_on_word(NULL));
  } else if (!strcmp(way, "blocked")) {
    sigset_t all;
    sigfillset(&all);
    handle(SIGUSR1, 0);
    sigprocmask(SIG_BLOCK, &all, NULL);
    say("woken", wait_on_word(NULL));
  }
  return 0;
}

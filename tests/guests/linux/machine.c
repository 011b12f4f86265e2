// Clocks, random bytes, identity and limits: what can be said of them without knowing them.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

int main(void) {
  struct timespec before, after, resolution;
  clock_gettime(CLOCK_MONOTONIC, &before);
  struct timespec little = {0, 3000000};
  printf("slept %d\n", nanosleep(&little, NULL));
  clock_gettime(CLOCK_MONOTONIC, &after);
  const double passed = (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
  printf("at least as long: %d, not a minute: %d\n", passed >= 0.003, passed < 60);
  printf("resolution %d %ld\n", clock_getres(CLOCK_MONOTONIC, &resolution), resolution.tv_nsec);
  struct timeval now;
  gettimeofday(&now, NULL);
  printf("after 2020: %d, as time says: %d\n", now.tv_sec > 1577836800, time(NULL) - now.tv_sec <= 1);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
  printf("used time: %d %d\n", after.tv_sec >= 0, clock() >= 0);
  after.tv_sec = 0;
  printf("sleep until the past: %d\n", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &after, NULL));
  after.tv_nsec = -1;
  printf("bad time: %d\n", clock_nanosleep(CLOCK_MONOTONIC, 0, &after, NULL) == EINVAL);
  struct tms used;
  printf("times: %d\n", times(&used) != (clock_t)-1);
  struct rusage usage;
  printf("getrusage: %d\n", getrusage(RUSAGE_SELF, &usage));

  unsigned char bytes[64] = {0}, none[64] = {0};
  printf("random: %d %d\n", (int)getrandom(bytes, sizeof bytes, 0), memcmp(bytes, none, sizeof bytes) != 0);
  struct utsname names;
  uname(&names);
  printf("%s on %s\n", names.sysname, names.machine);
  printf("itself: %d %d\n", getpid() > 0, getpid() == gettid());
  printf("parent: %d\n", getppid() > 0);
  printf("user: %d %d\n", (int)getuid(), (int)geteuid());
  struct rlimit limit;
  printf("stack limit: %d %d\n", getrlimit(RLIMIT_STACK, &limit), limit.rlim_cur >= 1 << 20);
  struct sysinfo told;
  printf("sysinfo: %d %d\n", sysinfo(&told), told.totalram > 0);
  cpu_set_t processors;
  printf("processors: %d\n", sched_getaffinity(0, sizeof processors, &processors) == 0 && CPU_COUNT(&processors) > 0);
  printf("page %ld, tick %ld\n", sysconf(_SC_PAGESIZE), sysconf(_SC_CLK_TCK));
  printf("no such call: %ld %d\n", syscall(999), errno == ENOSYS);
  return 0;
}

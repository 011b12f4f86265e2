// Lets as much as it can depend on the host: clocks, random bytes, files, waits and signals. What it does next depends
// on all it has seen, so that a run that is not repeated exactly soon becomes another.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static uint64_t seen = 0xcbf29ce484222325;
static volatile sig_atomic_t ticks;

static void see(const void* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) seen = (seen ^ ((const unsigned char*)bytes)[i]) * 0x100000001b3;
}
static void see_number(long number) { see(&number, sizeof number); }

static void tick(int number, siginfo_t* information, void* context) {
  (void)context;
  ++ticks;
  see(&number, sizeof number);
  see(information, sizeof *information);
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  see(&now, sizeof now);
}

static void compute(void) {
  struct timespec begun, now;
  clock_gettime(CLOCK_MONOTONIC, &begun);
  do {
    for (volatile int i = (int)(seen % 5000); i > 0; --i) {
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    see(&now, sizeof now);
  } while (now.tv_sec == begun.tv_sec && now.tv_nsec - begun.tv_nsec < 300000);
}

static void wait_a_little(void) {
  struct timespec little = {0, (long)(seen % 900000)}, left = {0, 0};
  struct pollfd nothing = {-1, POLLIN, 0};
  fd_set none;
  FD_ZERO(&none);
  sigset_t mask;
  sigemptyset(&mask);
  switch (seen % 4) {
    case 0: see_number(nanosleep(&little, &left)), see(&left, sizeof left); break;
    case 1: see_number(ppoll(&nothing, 1, &little, &mask)); break;
    case 2: see_number(pselect(0, &none, NULL, NULL, &little, &mask)); break;
    case 3: {
      sigset_t set;
      siginfo_t information;
      memset(&information, 0, sizeof information);
      sigemptyset(&set);
      sigaddset(&set, SIGVTALRM);
      see_number(sigtimedwait(&set, &information, &little));
      see(&information, sizeof information);
    }
  }
  see_number(errno);
}

static void use_files(void) {
  static char large[1 << 20];
  char path[64];
  struct stat status;
  snprintf(path, sizeof path, "chance.%d", (int)(seen % 8));
  int file = open(path, O_RDWR | O_CREAT, 0600);
  see_number(fstat(file, &status));
  see(&status, sizeof status);
  lseek(file, status.st_size < 100000 ? 0 : 5000, status.st_size < 100000 ? SEEK_END : SEEK_SET);
  see_number(write(file, &seen, sizeof seen));
  see_number(write(file, large, seen % 9000));
  struct iovec parts[2] = {{large, 7}, {large + 5000, 100000}};
  lseek(file, 0, SEEK_SET);
  ssize_t got = readv(file, parts, 2);
  see_number(got);
  if (got > 7) see(large + 5000, (size_t)got - 7);
  see_number(pread(file, large, sizeof large, (long)(seen % 100)));
  see(large, 1000);
  fstat(file, &status);
  size_t size = (size_t)status.st_size;
  char* mapped = mmap(NULL, size, seen % 2 ? PROT_NONE : PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  close(file);
  if (mapped != MAP_FAILED) {
    mprotect(mapped, size, PROT_READ | PROT_WRITE);
    see(mapped, size);
    mapped[size / 2] = (char)seen;
    if (seen % 3 == 0) munmap(mapped, size);
  }
  DIR* here = opendir(".");
  for (struct dirent* entry; here && (entry = readdir(here));) see(entry->d_name, strlen(entry->d_name));
  if (here) closedir(here);
}

static void use_memory(void) {
  static char* kept[16];
  char** one = &kept[seen % 16];
  size_t size = (size_t)(seen >> 8) % 300000;
  *one = realloc(*one, size + 1);
  memset(*one, (int)seen, size);
  if (seen % 5 == 0) madvise((void*)(((uintptr_t)*one + 4095) & ~(uintptr_t)4095), size > 8192 ? size - 8192 : 0, MADV_DONTNEED);
  getrandom(*one, size < 64 ? size : 64, 0);
  see(*one, size < 64 ? size : 64);
}

int main(int count, char** arguments) {
  int rounds = count > 1 ? atoi(arguments[1]) : 100;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = tick;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigaction(SIGALRM, &action, NULL);
  sigaction(SIGVTALRM, &action, NULL);
  sigaction(SIGPIPE, &action, NULL);
  sigaction(SIGUSR1, &action, NULL);
  struct itimerval every = {{0, 1700}, {0, 1100}};
  setitimer(ITIMER_REAL, &every, NULL);
  setitimer(ITIMER_VIRTUAL, &every, NULL);
  int ends[2];
  if (pipe(ends) != 0) return 1;
  close(ends[0]);
  sigset_t set, old;
  sigemptyset(&set);
  sigaddset(&set, SIGVTALRM);
  for (int i = 0; i < rounds; ++i) {
    if (seen % 3 == 0) sigprocmask(seen % 2 ? SIG_BLOCK : SIG_UNBLOCK, &set, &old);
    switch (seen % 7) {
      case 0:
      case 1: compute(); break;
      case 2: wait_a_little(); break;
      case 3: use_files(); break;
      case 4: use_memory(); break;
      case 5: see_number(write(ends[1], "x", 1)), see_number(errno), raise(SIGUSR1); break;
      case 6: {
        sigset_t waiting;
        sigpending(&waiting);
        see(&waiting, 8);
        struct utsname names;
        see_number(uname(&names));
        see(names.release, strlen(names.release));
      }
    }
    if (i % 10 == 0) printf("%d: %d ticks, %016llx\n", i, (int)ticks, (unsigned long long)seen), fflush(stdout);
    seen += 0x9e3779b97f4a7c15;
    seen ^= seen >> 29;
  }
  return (int)(seen & 0x7f);
}

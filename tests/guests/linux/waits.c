// Waits in the host, in the way that is asked for. SIGINT has a handler, after which the call must say so.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static char bytes[1 << 20];

static void handle(int number) { (void)number; }

static int is(const char* way, const char* name) { return strcmp(way, name) == 0; }

static long wait_in(const char* way) {
  int ends[2];
  if (pipe(ends)) return 0;
  struct iovec ranges[2] = {{bytes, 100}, {bytes, sizeof bytes - 100}};
  struct timespec long_time = {1000, 0};
  if (is(way, "fifo-read")) return open("fifo", O_RDONLY);
  if (is(way, "fifo-write")) return open("fifo", O_WRONLY);
  if (is(way, "flock")) {
    int one = open("lock", O_RDWR), two = open("lock", O_RDWR);
    return flock(one, LOCK_EX) == 0 ? flock(two, LOCK_EX) : 0;
  }
  if (is(way, "setlkw")) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(open("lock", O_RDWR), F_SETLKW, &lock);
  }
  if (is(way, "read")) return read(ends[0], bytes, 1);
  if (is(way, "readv")) return readv(ends[0], ranges, 2);
  // The pipe is full before the call that must be ended, or that would say how much it has written.
  if (is(way, "write") || is(way, "writev") || is(way, "sendfile")) {
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    while (write(ends[1], bytes, 4096) > 0) {
    }
    fcntl(ends[1], F_SETFL, 0);
  }
  if (is(way, "write")) return write(ends[1], bytes, sizeof bytes);
  if (is(way, "writev")) return writev(ends[1], ranges, 2);
  if (is(way, "sendfile")) return sendfile(ends[1], open("lock", O_RDWR), NULL, 100);
  if (is(way, "poll")) return poll(&(struct pollfd){ends[0], POLLIN, 0}, 1, -1);
  if (is(way, "select")) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    return select(ends[0] + 1, &set, NULL, NULL, NULL);
  }
  if (is(way, "futex")) return syscall(SYS_futex, bytes, FUTEX_WAIT, 0, &long_time, NULL, 0);
  if (is(way, "nanosleep")) return nanosleep(&long_time, NULL);
  if (is(way, "pause")) return pause();
  return 0;
}

int main(int count, char** words) {
  if (count < 2) return 1;
  sigaction(SIGINT, &(struct sigaction){.sa_handler = handle}, NULL);
  puts("waits");
  fflush(stdout);
  long result = wait_in(words[1]);
  printf("%ld %s\n", result, result < 0 ? strerrorname_np(errno) : "");
  return result < 0 && errno == EINTR ? 0 : 1;
}

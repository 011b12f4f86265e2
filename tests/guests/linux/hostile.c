// Tries, one group a run, what a guest must not be able to do, and names each try that succeeded.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static int reached;

static void refused(const char* name, long result) {
  if (result < 0) return;
  printf("%s succeeded\n", name);
  ++reached;
}

static void allowed(const char* name, long result) {
  if (result >= 0) return;
  printf("%s failed: %s\n", name, strerror(errno));
  ++reached;
}

// Standard input is a file outside of the grant.
static void inherited(int file) {
  const struct timespec old[2] = {{0, 0}, {0, 0}};
  struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
  char text[4];
  refused("fchmod", fchmod(file, 0777));
  refused("fchmodat", fchmodat(file, "", 0777, 0));
  refused("fchown", fchown(file, 12345, 12345));
  refused("fchown to the same", fchown(file, -1, -1));
  refused("fchownat", fchownat(file, "", 12345, 12345, AT_EMPTY_PATH));
  refused("futimens", futimens(file, old));
  refused("utimensat", syscall(SYS_utimensat, file, "", old, AT_EMPTY_PATH));
  refused("ftruncate", ftruncate(file, 0));
  refused("fallocate", fallocate(file, 0, 0, 1 << 20));
  refused("punching a hole", fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4));
  refused("flock", flock(file, LOCK_EX));
  refused("F_SETLK", fcntl(file, F_SETLK, &lock));
  refused("F_SETPIPE_SZ", fcntl(file, F_SETPIPE_SZ, 1 << 20));
  refused("O_APPEND", fcntl(file, F_SETFL, fcntl(file, F_GETFL) ^ O_APPEND));
  refused("linkat", linkat(file, "", AT_FDCWD, "linked", AT_EMPTY_PATH));
  refused("link by /proc", linkat(AT_FDCWD, "/proc/self/fd/0", AT_FDCWD, "linked", AT_SYMLINK_FOLLOW));
  refused("writing", write(file, "no", 2));
  refused("writing by /proc", open("/proc/self/fd/0", O_RDWR));
  refused("writing by /dev", open("/dev/fd/0", O_WRONLY | O_TRUNC));
  refused("truncating by /proc", open("/proc/self/fd/0", O_RDONLY | O_TRUNC));
  refused("chmod by /proc", chmod("/proc/self/fd/0", 0777));
  refused("mapping to be written", (long)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
  for (unsigned long request = 0; request < 0x100; ++request)
    for (unsigned group = 0; group < 3; ++group) {
      const unsigned long whole = request | (group == 0 ? 0x5400UL : group == 1 ? 0x6600UL : 0x1200UL);
      if (whole == FIONREAD || whole == FIONBIO || whole == FIOCLEX || whole == FIONCLEX) continue;
      refused("ioctl", ioctl(file, whole, text));
    }
  refused("TIOCSTI", ioctl(file, TIOCSTI, "x"));
  const int number = 1;
  allowed("FIONBIO", ioctl(file, FIONBIO, &number));
  if (!(fcntl(file, F_GETFL) & O_NONBLOCK)) refused("O_NONBLOCK forgotten", 0);
  allowed("reading", read(file, text, 2));
  allowed("seeking", lseek(file, 1, SEEK_SET));
  allowed("fstat", fstat(file, &(struct stat){0}));
}

// Standard input is a pipe with four bytes in it, and others have the same description.
static void nonblocking(void) {
  char text[8] = "";
  fcntl(0, F_SETFL, fcntl(0, F_GETFL) | O_NONBLOCK);
  if (read(0, text, 4) != 4) refused("reading nothing", 0);
  puts(text);
  if (read(0, text, 4) < 0) puts(strerror(errno));
}

// Standard input is a directory outside of the grant.
static void directory(void) {
  struct stat status;
  char names[1024];
  refused("openat", openat(0, "file", O_RDONLY));
  refused("openat .", openat(0, ".", O_RDONLY));
  refused("openat ..", openat(0, "..", O_RDONLY));
  refused("creating", openat(0, "new", O_WRONLY | O_CREAT, 0600));
  refused("O_TMPFILE", openat(0, ".", O_WRONLY | O_TMPFILE, 0600));
  refused("fstatat", fstatat(0, "file", &status, 0));
  refused("mkdirat", mkdirat(0, "new", 0700));
  refused("unlinkat", unlinkat(0, "file", 0));
  refused("symlinkat", symlinkat("x", 0, "new"));
  refused("linkat", linkat(0, "file", AT_FDCWD, "linked", 0));
  refused("linkat to", linkat(AT_FDCWD, "own", 0, "new", 0));
  refused("renameat", renameat(0, "file", AT_FDCWD, "renamed"));
  refused("renameat to", renameat(AT_FDCWD, "own", 0, "new"));
  refused("mknodat", mknodat(0, "new", S_IFIFO | 0600, 0));
  refused("faccessat", faccessat(0, "file", F_OK, 0));
  refused("readlinkat", readlinkat(0, "link", names, sizeof names));
  refused("fchmodat", fchmodat(0, "file", 0777, 0));
  refused("utimensat", utimensat(0, "file", NULL, 0));
  refused("fchdir", fchdir(0));
  refused("getdents64", syscall(SYS_getdents64, 0, names, sizeof names));
  refused("open by /proc", open("/proc/self/fd/0/file", O_RDONLY));
  refused("open by /dev", open("/dev/fd/0/file", O_RDONLY));
  allowed("fstat", fstat(0, &status));
}

// The current directory is granted, and "own" lies in it.
static void set_id(void) {
  const int file = open("own", O_RDWR);
  for (int bits = 02000; bits <= 06000; bits += 02000) {
    refused("fchmod", fchmod(file, 0755 | bits));
    refused("chmod", chmod("own", 0755 | bits));
    refused("creating", open("new", O_WRONLY | O_CREAT, 0755 | bits));
    refused("O_TMPFILE", open(".", O_WRONLY | O_TMPFILE, 0755 | bits));
    refused("mknod", mknod("new", S_IFREG | 0755 | bits, 0));
    allowed("mkdir", mkdir("made", 0755 | bits));
    struct stat status;
    if (stat("made", &status) == 0 && (status.st_mode & 06000)) refused("a set-id directory", 0);
    rmdir("made");
  }
  refused("writing a set-id file", open("theirs", O_WRONLY));
  refused("truncating a set-id file", truncate("theirs", 0));
  allowed("the sticky bit", chmod("own", 01644));
  allowed("chmod", chmod("own", 0600));
}

static void device(void) {
  refused("a character device", mknod("new", S_IFCHR | 0666, 0x103));
  refused("a block device", mknod("new", S_IFBLK | 0666, 0x800));
  refused("a whiteout", mknod("new", S_IFCHR, 0));
  refused("a whiteout left behind", syscall(SYS_renameat2, AT_FDCWD, "own", AT_FDCWD, "new", 4));
  allowed("a FIFO", mknod("fifo", S_IFIFO | 0600, 0));
}

static void owner(void) {
  const int file = open("own", O_RDWR);
  struct stat status;
  fstat(file, &status);
  refused("fchown", fchown(file, status.st_uid + 1, -1));
  refused("chown", chown("own", -1, status.st_gid + 1));
  refused("lchown", lchown("own", status.st_uid + 1, status.st_gid + 1));
  refused("fchownat", fchownat(file, "", status.st_uid + 1, -1, AT_EMPTY_PATH));
  allowed("chown to the same", chown("own", status.st_uid, status.st_gid));
}

static void others(int other) {
  struct timespec time;
  struct rlimit limit = {100, 100};
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(0, &set);
  struct sched_param parameter = {0};
  siginfo_t information = {.si_code = SI_QUEUE};
  for (int kind = 0; kind < 8; ++kind) {
    const clockid_t clock = (clockid_t)(~(unsigned)other << 3 | (unsigned)kind);
    refused("clock_gettime", syscall(SYS_clock_gettime, clock, &time));
    refused("clock_getres", syscall(SYS_clock_getres, clock, &time));
    refused("clock_nanosleep", syscall(SYS_clock_nanosleep, clock, 0, &(struct timespec){0, 1}, NULL));
  }
  refused("a device's clock", clock_gettime((clockid_t)(~0U << 3 | 3), &time));
  clockid_t clock;
  if (clock_getcpuclockid(other, &clock) == 0) refused("clock_getcpuclockid", 0);
  refused("getpriority", syscall(SYS_getpriority, PRIO_PROCESS, other));
  refused("getpriority of a group", syscall(SYS_getpriority, PRIO_PGRP, other));
  refused("getpriority of a user", syscall(SYS_getpriority, PRIO_USER, getuid() + 1));
  refused("setpriority", setpriority(PRIO_PROCESS, other, 19));
  refused("sched_getaffinity", syscall(SYS_sched_getaffinity, other, sizeof set, &set));
  refused("sched_setaffinity", syscall(SYS_sched_setaffinity, other, sizeof set, &set));
  refused("sched_getscheduler", syscall(SYS_sched_getscheduler, other));
  refused("sched_setscheduler", syscall(SYS_sched_setscheduler, other, SCHED_OTHER, &parameter));
  refused("sched_getparam", syscall(SYS_sched_getparam, other, &parameter));
  refused("sched_setparam", syscall(SYS_sched_setparam, other, &parameter));
  refused("sched_getattr", syscall(SYS_sched_getattr, other, (char[48]){0}, 48, 0));
  refused("sched_rr_get_interval", syscall(SYS_sched_rr_get_interval, other, &time));
  refused("ioprio_get", syscall(SYS_ioprio_get, 1, other));
  refused("ioprio_set", syscall(SYS_ioprio_set, 1, other, 0));
  refused("getpgid", getpgid(other));
  refused("getsid", getsid(other));
  refused("kill 0", kill(other, 0));
  refused("kill", kill(other, SIGURG));
  refused("kill all", kill(-1, SIGURG));
  refused("tgkill", syscall(SYS_tgkill, other, other, SIGURG));
  refused("rt_sigqueueinfo", syscall(SYS_rt_sigqueueinfo, other, SIGURG, &information));
  refused("pidfd_open", syscall(SYS_pidfd_open, other, 0));
  refused("ptrace", syscall(SYS_ptrace, 16, other, 0, 0));
  refused("process_vm_readv", syscall(SYS_process_vm_readv, other, &(struct iovec){&time, 8}, 1UL, &(struct iovec){&time, 8}, 1UL, 0UL));
  refused("prlimit64", prlimit(other, RLIMIT_NOFILE, NULL, &limit));
  refused("setting limits", prlimit(other, RLIMIT_NOFILE, &limit, NULL));
  refused("get_robust_list", syscall(SYS_get_robust_list, other, &(void*){0}, &(size_t){0}));
  refused("setpgid", setpgid(other, 0));
  refused("maps", open("/proc/1/maps", O_RDONLY));
  allowed("its own clock", clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time));
  allowed("its own clock by number", clock_getcpuclockid(getpid(), &clock) == 0 ? clock_gettime(clock, &time) : -1);
  errno = 0;
  getpriority(PRIO_PROCESS, 0);
  allowed("its own priority", errno ? -1 : 0);
}

// The grant is the whole file system: what the host keeps of processes is not in it.
static void magic(void) {
  static const char* const paths[] = {"/proc/self/mem", "/proc/self/fd/3", "/proc/self/root/etc/passwd", "/proc/self/cwd/own", "/proc/self/environ",
                                      "/proc/thread-self/mem", "/proc/self/task", "/proc/1/cmdline", "/proc/sys/kernel/hostname", "/proc/../proc/self/mem",
                                      "/dev/../proc/self/mem", "//proc//self//mem", "/proc/self/root/proc/self/mem"};
  for (const char* const* path = paths; path != paths + sizeof paths / sizeof *paths; ++path) {
    refused(*path, open(*path, O_RDONLY));
    refused(*path, open(*path, O_RDWR));
    refused(*path, chdir(*path));
  }
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/mem", getpid());
  refused(path, open(path, O_RDWR));
}

int main(int count, char** arguments) {
  const char* way = count > 1 ? arguments[1] : "";
  if (!strcmp(way, "inherited")) inherited(0);
  if (!strcmp(way, "nonblocking")) nonblocking();
  if (!strcmp(way, "directory")) directory();
  if (!strcmp(way, "set-id")) set_id();
  if (!strcmp(way, "device")) device();
  if (!strcmp(way, "owner")) owner();
  if (!strcmp(way, "others")) others(getppid());
  if (!strcmp(way, "magic")) magic();
  if (reached == 0) puts("nothing");
  return reached != 0;
}

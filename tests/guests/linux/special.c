// What of /dev and /proc/self is there for a program that was granted neither.
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void names(const char* path) {
  struct dirent** entries;
  const int count = scandir(path, &entries, NULL, alphasort);
  printf("%s:", path);
  for (int i = 0; i < count; ++i) printf(" %s", entries[i]->d_name);
  puts(count < 0 ? strerror(errno) : "");
}

static void attempt(const char* name, long result) { printf("%s: %s\n", name, result < 0 ? strerror(errno) : "done"); }

static const char* content(const char* path) {
  static char text[65536];
  const int file = open(path, O_RDONLY);
  const ssize_t size = file < 0 ? -1 : read(file, text, sizeof text - 1);
  text[size < 0 ? 0 : size] = 0;
  if (size < 0) strcpy(text, strerror(errno));
  close(file);
  return text;
}

static void has(const char* path, const char* wanted) { printf("%s %s \"%s\"\n", path, strstr(content(path), wanted) ? "has" : "lacks", wanted); }

static void link_of(const char* path) {
  char text[256];
  const ssize_t size = readlink(path, text, sizeof text - 1);
  text[size < 0 ? 0 : size] = 0;
  const char* slash = strrchr(text, '/');
  printf("%s -> %s\n", path, size < 0 ? strerror(errno) : !strncmp(text, "/proc", 5) ? text : slash ? slash + 1 : text);
}

int main(int count, char** arguments) {
  (void)count;
  char bytes[64] = "x";
  struct stat status;
  attempt("null", write(open("/dev/null", O_WRONLY), "x", 1));
  printf("null gives %zd\n", read(open("/dev/null", O_RDWR), bytes, 1));
  const int zero = open("//dev/./zero", O_RDONLY);
  printf("zero gives %zd, %d\n", read(zero, bytes, 8), bytes[0]);
  attempt("full", write(open("/dev/full", O_WRONLY), "x", 1));
  printf("urandom gives %zd\n", read(open("/dev/urandom", O_RDONLY), bytes, 16));
  printf("random gives %zd\n", read(open("/dev/random", O_RDONLY), bytes, 16));
  for (const char* const* path = (const char* const[]){"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", NULL}; *path; ++path)
    printf("%s %s\n", *path, stat(*path, &status) == 0 && S_ISCHR(status.st_mode) ? "is a device" : "is none");
  attempt("fchmod", fchmod(zero, 0777));
  attempt("chmod", chmod("/dev/null", 0777));
  attempt("unlink", unlink("/dev/null"));
  attempt("mem", open("/dev/mem", O_RDONLY));
  attempt("create", open("/dev/new", O_WRONLY | O_CREAT, 0600));
  attempt("out of /dev", open("/dev/../etc/passwd", O_RDONLY));
  attempt("beneath a device", open("/dev/null/x", O_RDONLY));
  attempt("back", open("/dev/../dev/null", O_RDONLY));
  names("/dev");
  names("/proc/self");
  names("/proc");

  const int file = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600);
  write(file, "text", 4);
  lseek(file, 0, SEEK_SET);
  char path[64];
  snprintf(path, sizeof path, "/dev/fd/%d", file);
  printf("/dev/fd: %s\n", content(path));
  snprintf(path, sizeof path, "/proc/%d/fd/%d", getpid(), file);
  char target[256];
  const ssize_t length = readlink(path, target, sizeof target - 1);
  target[length < 0 ? 0 : length] = 0;
  printf("its link ends in %s\n", strrchr(target, '/'));
  printf("it %s a link\n", lstat(path, &status) == 0 && S_ISLNK(status.st_mode) ? "is" : "is not");
  printf("it leads to %lld bytes\n", stat(path, &status) == 0 ? (long long)status.st_size : -1);
  attempt("a closed one", open("/proc/self/fd/99", O_RDONLY));
  DIR* directory = opendir("/proc/self/fd");
  int found = 0;
  for (struct dirent* entry; (entry = readdir(directory));) {
    char text[256];
    if (atoi(entry->d_name) == file && readlinkat(dirfd(directory), entry->d_name, text, sizeof text) > 0) ++found;
  }
  rewinddir(directory);
  printf("listed %d times, and again %s\n", found, strcmp(readdir(directory)->d_name, ".") ? "otherwise" : "from the beginning");
  attempt("relative", openat(dirfd(directory), "../cmdline", O_RDONLY));

  printf("exe %s a program\n", !memcmp(content("/proc/self/exe"), "\177ELF", 4) ? "is" : "is not");
  attempt("writing exe", open("/proc/self/exe", O_RDWR));
  link_of("/proc/self/exe");
  link_of("/dev/fd");
  link_of("/dev/stdin");
  link_of("/proc/self/maps");
  printf("cmdline %s its name\n", !strcmp(content("/proc/self/cmdline"), arguments[0]) ? "begins with" : "lacks");
  has("/proc/self/maps", "[stack]");
  has("/proc/self/maps", "[heap]");
  has("/proc/self/maps", " r-xp ");
  has("/proc/self/maps", "/special\n");
  has("/proc/self/status", "Name:\tspecial\n");
  has("/proc/self/status", "Threads:\t1\n");
  attempt("writing status", open("/proc/self/status", O_RDWR));
  attempt("environ", open("/proc/self/environ", O_RDONLY));
  attempt("access", access("/proc/self/maps", R_OK));
  attempt("status is read only", fchmod(open("/proc/self/status", O_RDONLY), 0600));
  attempt("another process", open("/proc/1/status", O_RDONLY));
  return 0;
}

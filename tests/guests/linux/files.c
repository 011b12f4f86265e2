// Files and directories below the current one.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static void say(const char* what, long result) {
  if (result < 0) printf("%s: %s\n", what, strerror(errno));
  else printf("%s: %ld\n", what, result);
}

static int compare(const void* a, const void* b) { return strcmp(*(char* const*)a, *(char* const*)b); }

static void list(const char* path) {
  DIR* directory = opendir(path);
  if (!directory) {
    printf("list %s: %s\n", path, strerror(errno));
    return;
  }
  char* names[64];
  int count = 0;
  for (struct dirent* entry; (entry = readdir(directory)) && count < 64;) names[count++] = strdup(entry->d_name);
  qsort(names, (size_t)count, sizeof *names, compare);
  printf("list %s:", path);
  for (int i = 0; i < count; ++i) printf(" %s", names[i]);
  putchar('\n');
  closedir(directory);
}

static void show_status(const char* path) {
  struct stat status;
  if (stat(path, &status) < 0) {
    say(path, -1);
    return;
  }
  printf("%s: mode %o size %ld links %d\n", path, status.st_mode, (long)status.st_size, (int)status.st_nlink);
}

int main(void) {
  char text[4096];
  const void* volatile nowhere = (void*)8;
  umask(022);
  say("mkdir", mkdir("work", 0755));
  say("mkdir again", mkdir("work", 0755));
  FILE* file = fopen("work/a.txt", "w");
  for (int i = 0; i < 1000; ++i) fprintf(file, "line %d\n", i);
  fclose(file);
  show_status("work/a.txt");
  file = fopen("work/a.txt", "r");
  int lines = 0;
  while (fgets(text, sizeof text, file)) ++lines;
  printf("%d lines, at %ld\n", lines, ftell(file));
  fseek(file, 10, SEEK_SET);
  printf("then %s", fgets(text, sizeof text, file));
  fclose(file);

  say("rename", rename("work/a.txt", "work/b.txt"));
  say("link", link("work/b.txt", "work/c.txt"));
  show_status("work/c.txt");
  say("symlink", symlink("b.txt", "work/s"));
  memset(text, 0, sizeof text);
  say("readlink", readlink("work/s", text, sizeof text));
  printf("points to %s\n", text);
  show_status("work/s");
  say("truncate", truncate("work/s", 100));
  show_status("work/b.txt");
  say("chmod", chmod("work/b.txt", 0600));
  show_status("work/c.txt");
  list("work");
  list(".");
  list("nowhere");
  say("access", access("work/b.txt", R_OK));
  say("access of none", access("work/none", F_OK));

  say("chdir", chdir("work"));
  printf("now in %s\n", strrchr(getcwd(text, sizeof text), '/'));
  say("open up", open("../work/b.txt", O_RDONLY) < 0 ? -1 : 0);
  int one = open("b.txt", O_RDWR | O_APPEND);
  char first[8] = "", second[8] = "";
  struct iovec in[2] = {{first, 4}, {second, 4}};
  say("readv", readv(one, in, 2));
  printf("%.4s|%.4s\n", first, second);
  struct iovec out[2] = {{(char*)"and ", 4}, {(char*)"more", 4}};
  say("writev", writev(one, out, 2));
  say("pread", pread(one, text, 8, 100));
  printf("%.8s\n", text);
  say("lseek", lseek(one, 0, SEEK_END));
  say("seek before", lseek(one, -5, SEEK_SET));
  int two = dup(one);
  printf("dup is %d\n", two - one);
  say("dup2", dup2(one, 20));
  say("close", close(two));
  say("close again", close(two));
  say("flags", fcntl(20, F_GETFD));
  say("append", fcntl(20, F_GETFL) & O_APPEND ? 1 : 0);
  say("isatty", isatty(one));

  char* mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, one, 0);
  printf("mapped %.6s\n", mapped);
  mapped[0] = 'L';
  say("pread", pread(one, text, 6, 0));
  printf("%.6s and %.6s\n", mapped, text);
  printf("behind the end: %d\n", mapped[200]);
  munmap(mapped, 4096);
  close(one);

  say("unlink", unlink("c.txt"));
  say("unlink again", unlink("c.txt"));
  say("chdir", chdir(".."));
  say("rmdir", rmdir("work"));
  unlink("work/b.txt");
  unlink("work/s");
  say("rmdir", rmdir("work"));
  say("unlink of a directory", mkdir("d", 0700) || unlink("d") < 0 ? -1 : 0);
  rmdir("d");

  int ends[2];
  say("pipe", pipe(ends));
  struct pollfd watched[2] = {{ends[0], POLLIN, 0}, {ends[1], POLLOUT, 0}};
  say("poll", poll(watched, 2, 0));
  printf("%d %d\n", watched[0].revents, watched[1].revents);
  say("write", write(ends[1], "through", 7));
  say("poll", poll(watched, 2, 1000));
  printf("%d %d\n", watched[0].revents, watched[1].revents);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(ends[0], &set);
  say("select", select(ends[0] + 1, &set, NULL, NULL, NULL));
  printf("%d\n", FD_ISSET(ends[0], &set) != 0);
  say("read", read(ends[0], text, 100));
  printf("%.7s\n", text);
  close(ends[1]);
  say("read at the end", read(ends[0], text, 100));
  say("read what is not there", read(77, text, 1));
  say("read to nowhere", read(ends[0], NULL, 0));
  say("write from nowhere", write(1, nowhere, 4));
  return 0;
}

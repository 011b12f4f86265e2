// Tries each path that it is given, in every way there is to reach one.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int count, char** paths) {
  int reached = 0;
  for (int i = 1; i < count; ++i) {
    struct stat status;
    char text[256];
    struct {
      const char* name;
      long result;
    } tries[] = {
        {"open", open(paths[i], O_RDONLY)},
        {"write", open(paths[i], O_WRONLY)},
        {"create", open(paths[i], O_WRONLY | O_CREAT, 0600)},
        {"stat", stat(paths[i], &status)},
        {"lstat", lstat(paths[i], &status)},
        {"access", access(paths[i], F_OK)},
        {"chdir", chdir(paths[i])},
        {"readlink", readlink(paths[i], text, sizeof text)},
        {"truncate", truncate(paths[i], 0)},
        {"chmod", chmod(paths[i], 0600)},
        {"link", link(paths[i], "linked")},
        {"rename", rename(paths[i], "renamed")},
        {"rename to", rename("own", paths[i])},
        {"mkdir", mkdir(paths[i], 0700)},
        {"unlink", unlink(paths[i])},
        {"rmdir", rmdir(paths[i])},
        {"utimensat", utimensat(AT_FDCWD, paths[i], NULL, 0)},
        {"utimensat, no link", utimensat(AT_FDCWD, paths[i], NULL, AT_SYMLINK_NOFOLLOW)},
    };
    for (unsigned k = 0; k < sizeof tries / sizeof *tries; ++k)
      if (tries[k].result >= 0) {
        printf("%s reached %s\n", tries[k].name, paths[i]);
        ++reached;
      }
    printf("%s: %s\n", paths[i], open(paths[i], O_RDONLY) < 0 ? strerror(errno) : "open");
  }
  return reached != 0;
}

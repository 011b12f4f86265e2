// Prints what looks like packets of a debugger's, repeats what it reads, and prints more than a pipe holds.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char much[300000];

int main(void) {
  fputs("$W2a#ea\n+$OK#9a\n", stdout);
  fputs("an error\n", stderr);
  char line[100];
  int lines = 0;
  for (; fgets(line, sizeof line, stdin); ++lines) printf("read %s", line);
  printf("%d lines\n", lines);
  fflush(stdout);
  memset(much, '.', sizeof much);
  return write(1, much, sizeof much) == (ssize_t)sizeof much ? 3 : 4;
}

// Allocates and touches memory, a MiB at a time, until there is none; then tells how much there was and goes on.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
  static char* blocks[4096];
  int count = 0;
  while (count < 4096 && (blocks[count] = malloc(1 << 20))) memset(blocks[count++], 1, 1 << 20);
  int error = errno;
  for (int i = 0; i < count; ++i) free(blocks[i]);
  printf("%s after %d to %d MiB\n", error == ENOMEM ? "ENOMEM" : "no error", count / 16 * 16, count / 16 * 16 + 16);
  return malloc(1 << 20) == NULL;
}

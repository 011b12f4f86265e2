// Shows what a program is started with, and ends with the status it is told.
#include <stdio.h>
#include <stdlib.h>

int main(int count, char** arguments) {
  printf("%d arguments\n", count);
  for (int i = 1; i < count; ++i) printf("%d: <%s>\n", i, arguments[i]);
  printf("ends with null: %d\n", arguments[count] == NULL);
  printf("environment: <%s> <%s>\n", getenv("GUEST_ONE"), getenv("GUEST_TWO"));
  printf("aligned stack: %d\n", (int)((unsigned long)__builtin_frame_address(0) % 16));
  fputs("to standard error\n", stderr);
  char line[256];
  while (fgets(line, sizeof line, stdin)) printf("read %s", line);
  return count > 1 ? atoi(arguments[1]) : 0;
}

// Prints the files it is given, or why it cannot.
#include <errno.h>
#include <stdio.h>
#include <string.h>

int main(int count, char** paths) {
  for (int i = 1; i < count; ++i) {
    FILE* file = fopen(paths[i], "r");
    char text[256];
    if (!file || !fgets(text, sizeof text, file)) strcpy(text, strerror(errno));
    puts(text);
  }
  return 0;
}

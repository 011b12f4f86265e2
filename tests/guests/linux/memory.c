// Mappings: made, moved, protected, taken away, and what an access to each gives.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static sigjmp_buf back;
static int last_signal, last_code;
static uintptr_t last_address;

static void on_fault(int number, siginfo_t* information, void* context) {
  (void)context;
  last_signal = number;
  last_code = information->si_code;
  last_address = (uintptr_t)information->si_addr;
  siglongjmp(back, 1);
}

static void try(const char* what, volatile char* address, char access) {
  if (sigsetjmp(back, 1) == 0) {
    if (access == 'r') (void)*address;
    else if (access == 'w') *address = 1;
    else ((void (*)(void))(uintptr_t)address)();
    printf("%s: %c works\n", what, access);
  } else {
    printf("%s: %c gives signal %d code %d, %s\n", what, access, last_signal, last_code,
           last_address == (uintptr_t)address ? "there" : "elsewhere");
  }
}

static void try_all(const char* what, char* address) {
  try(what, address, 'r');
  try(what, address, 'w');
  try(what, address, 'x');
}

static const char* failure(void* result) { return result == MAP_FAILED ? strerror(errno) : "mapped"; }

int main(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);
  const int both = PROT_READ | PROT_WRITE, anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
  const size_t page = 4096;

  char* pages = mmap(NULL, 16 * page, both, anonymous, -1, 0);
  memset(pages, 7, 16 * page);
  pages[5 * page] = (char)0x82, pages[5 * page + 1] = (char)0x80;  // c.jr ra
  mprotect(pages + page, page, PROT_READ);
  mprotect(pages + 2 * page, page, PROT_NONE);
  munmap(pages + 3 * page, page);
  mprotect(pages + 5 * page, page, PROT_READ | PROT_EXEC);
  try("written", pages, 'r');
  try("written", pages, 'w');
  try("read only", pages + page, 'w');
  try_all("nothing allowed", pages + 2 * page);
  try_all("taken away", pages + 3 * page);
  try("code", pages + 5 * page, 'x');
  try("code", pages + 5 * page, 'w');
  try("not code", pages + 6 * page, 'x');
  printf("kept: %d %d\n", pages[page], pages[4 * page]);
  printf("protecting a hole: %d %s\n", mprotect(pages + 3 * page, 2 * page, PROT_READ), strerror(errno));
  printf("fixed again: %d\n", mmap(pages + 3 * page, page, both, anonymous | MAP_FIXED, -1, 0) == pages + 3 * page);
  printf("zero: %d\n", pages[3 * page]);
  madvise(pages + 8 * page, page, MADV_DONTNEED);
  printf("given back: %d %d\n", pages[8 * page], pages[9 * page]);
  printf("no length: %s\n", failure(mmap(NULL, 0, both, anonymous, -1, 0)));
  printf("far too long: %s\n", failure(mmap(NULL, (size_t)1 << 60, both, anonymous, -1, 0)));
  printf("bad file: %s\n", failure(mmap(NULL, page, both, MAP_PRIVATE, 99, 0)));

  char* moved = mmap(NULL, 4 * page, both, anonymous, -1, 0);
  for (size_t i = 0; i < 4 * page; ++i) moved[i] = (char)(i / 97);
  char* larger = mremap(moved, 4 * page, 400 * page, MREMAP_MAYMOVE);
  int same = larger != MAP_FAILED;
  for (size_t i = 0; same && i < 4 * page; ++i) same = larger[i] == (char)(i / 97);
  printf("moved whole: %d, zero behind: %d\n", same, larger[399 * page]);
  printf("smaller stays: %d\n", mremap(larger, 400 * page, 2 * page, 0) == larger);
  try("cut off", larger + 2 * page, 'r');

  char* before = sbrk(0);
  char* heap = sbrk(100 * 1000);
  printf("break was kept: %d\n", heap == before);
  memset(heap, 3, 100 * 1000);
  sbrk(-100 * 1000);
  printf("given back: %d\n", (char*)sbrk(0) == before);
  heap = sbrk(100 * 1000);
  printf("zero again: %d\n", heap[50 * 1000]);
  size_t sum = 0;
  void* blocks[200];
  for (int round = 0; round < 20; ++round) {
    for (size_t i = 0; i < 200; ++i) {
      blocks[i] = malloc(1 + (i * 7919 + (size_t)round * 104729) % 300000);
      *(char*)blocks[i] = (char)i;
    }
    for (size_t i = 0; i < 200; ++i) {
      sum += (unsigned char)*(char*)blocks[i];
      blocks[i] = realloc(blocks[i], 1 + (i * 31) % 200000);
      sum += (unsigned char)*(char*)blocks[i];
      free(blocks[i]);
    }
  }
  printf("allocated %zu\n", sum);

  int file = open("mapped.bin", O_RDWR | O_CREAT | O_TRUNC, 0600);
  char bytes[6000];
  memset(bytes, 'x', sizeof bytes);
  if (write(file, bytes, sizeof bytes) != sizeof bytes) return 1;
  char* mapped = mmap(NULL, 4 * page, PROT_READ, MAP_PRIVATE, file, 0);
  printf("file: %c %c %d\n", mapped[0], mapped[5999], mapped[6000]);
  try("file", mapped, 'w');
  try("file behind its end", mapped + 3 * page, 'r');
  char* second = mmap(NULL, page, PROT_READ, MAP_SHARED, file, 4096);
  printf("second page: %c %d\n", second[0], second[1904]);
  printf("odd offset: %s\n", failure(mmap(NULL, page, PROT_READ, MAP_PRIVATE, file, 100)));
  close(file);
  printf("without its file: %c\n", mapped[100]);
  unlink("mapped.bin");

  // Code written at run time, and again.
  unsigned* code = mmap(NULL, page, both | PROT_EXEC, anonymous, -1, 0);
  for (unsigned value = 1; value < 4; ++value) {
    code[0] = 0x00000513 | value << 20;  // li a0, value
    code[1] = 0x00008067;                // ret
    __builtin___clear_cache((char*)code, (char*)(code + 2));
    printf("code says %d\n", ((int (*)(void))(uintptr_t)code)());
  }
  mprotect(code, page, both);
  code[0] = 0x00000513 | 9u << 20;
  try("no longer code", (char*)code, 'x');
  mprotect(code, page, PROT_READ | PROT_EXEC);
  __builtin___clear_cache((char*)code, (char*)(code + 2));
  printf("code says %d\n", ((int (*)(void))(uintptr_t)code)());
  return 0;
}

// A program without a library, which can be put anywhere in memory: it finds itself through the stack.
#include <elf.h>

static long call(long number, long a, long b, long c) {
  register long a0 __asm__("a0") = a;
  register long a1 __asm__("a1") = b;
  register long a2 __asm__("a2") = c;
  register long a7 __asm__("a7") = number;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
  return a0;
}

static void say(const char* text) {
  long length = 0;
  while (text[length]) ++length;
  call(64, 1, (long)text, length);
}

extern void _start(void) __attribute__((visibility("hidden")));
static char zeros[10000];

__attribute__((used)) static void begin(const unsigned long* stack) {
  const unsigned long count = stack[0];
  for (unsigned long i = 1; i < count; ++i) {
    say((const char*)stack[1 + i]);
    say("\n");
  }
  const unsigned long* entry = stack + 1 + count + 1;
  while (*entry) ++entry;
  unsigned long started = 0, headers = 0;
  for (++entry; entry[0] != AT_NULL; entry += 2) {
    if (entry[0] == AT_ENTRY) started = entry[1];
    if (entry[0] == AT_PHDR) headers = entry[1];
  }
  say(started == (unsigned long)_start ? "entered where it was told\n" : "entered elsewhere\n");
  say(((const Elf64_Phdr*)headers)->p_type != PT_NULL ? "headers are there\n" : "headers are missing\n");
  for (unsigned i = 0; i < sizeof zeros; ++i)
    if (((volatile char*)zeros)[i] != 0) say("not zero\n");
  zeros[sizeof zeros - 1] = 1;
  say("written\n");
  call(94, (long)count, 0, 0);
}

__asm__(".globl _start\n_start:\n  mv a0, sp\n  andi sp, sp, -16\n  tail begin\n");

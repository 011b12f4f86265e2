// Runs about a billion instructions, touching memory as it goes; `first` is written near the beginning only.
#include <stdint.h>
#include <stdio.h>

__attribute__((aligned(4096))) volatile uint64_t first;
__attribute__((aligned(4096))) uint32_t table[1 << 16];
uint64_t sum;

__attribute__((noinline)) void finished(void) { __asm__ volatile("" ::: "memory"); }

int main(void) {
  for (uint32_t i = 0; i < 1000; ++i) sum += i;
  first = sum;
  uint64_t random = 1;
  for (uint32_t i = 0; i < 100000000; ++i) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    table[random >> 48] += (uint32_t)random;
    sum ^= random;
  }
  finished();
  printf("%llu\n", (unsigned long long)sum);
  return 0;
}

// An exception that leaves a signal's handler, through the frame that the kernel made.
#include <csignal>
#include <cstdio>
#include <stdexcept>

namespace {

struct Noise {
  ~Noise() { std::puts("unwound"); }
};

void on_fault(int number) { throw number; }

__attribute__((noinline)) int read_from(volatile int* address) {
  Noise noise;
  return *address;
}

}  // namespace

int main() {
  struct sigaction action {};
  action.sa_handler = on_fault;
  action.sa_flags = SA_NODEFER;
  sigaction(SIGSEGV, &action, nullptr);
  for (int i = 0; i < 3; ++i) {
    try {
      read_from(nullptr);
    } catch (int number) {
      std::printf("caught signal %d\n", number);
    }
  }
}

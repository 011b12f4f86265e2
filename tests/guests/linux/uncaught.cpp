// An exception that nobody catches.
#include <cstdio>
#include <stdexcept>

int main() {
  std::puts("about to throw");
  std::fflush(stdout);
  throw std::logic_error("nobody wants this");
}

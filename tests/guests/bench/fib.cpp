// Deep recursion: calls and returns, and little else.
#include "tests/guests/bench/guest.hpp"

using namespace diptych::bench;

namespace {

// The compiler would otherwise unroll the recursion, and how far is its whim on each platform.
[[gnu::noipa]] u64 fib(u64 n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

// Thousands of frames deep before the first one returns.
[[gnu::noipa]] u64 depth(u64 n) { return n == 0 ? 0 : 1 + depth(n - 1) % 1000003; }

}  // namespace

int main(int argc, char** argv) {
  Checksum sum;
  const u64 size = size_from(argc, argv, default_size("fib"));
  for (u64 i = 0; i < size; ++i) {
    sum.add(fib(22 + i % 3));
    sum.add(depth(5000 + i % 7));
  }
  sum.print("fib");
}

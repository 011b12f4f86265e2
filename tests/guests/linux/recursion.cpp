// Deep recursion, within what the stack holds.
#include <cstdint>
#include <cstdio>

static std::uint64_t ackermann(std::uint64_t m, std::uint64_t n) {
  return m == 0 ? n + 1 : n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

static std::uint64_t depth(std::uint64_t n) { return n == 0 ? 0 : 1 + depth(n - 1) % 1'000'003; }

int main() {
  std::printf("%llu\n", static_cast<unsigned long long>(ackermann(2, 2000)));
  std::printf("%llu\n", static_cast<unsigned long long>(ackermann(3, 7)));
  std::printf("%llu\n", static_cast<unsigned long long>(depth(100'000)));
}

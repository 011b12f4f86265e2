// Memory from end to end, more than caches hold: copy, scale, add, and both at once.
#include "tests/guests/bench/guest.hpp"

#include <vector>

using namespace diptych::bench;

int main(int argc, char** argv) {
  constexpr u64 length = u64{4} << 20;
  std::vector<u64> a(length), b(length), c(length);
  for (u64 i = 0; i < length; ++i) a[i] = i;
  Checksum sum;
  const u64 size = size_from(argc, argv, default_size("stream"));
  for (u64 pass = 0; pass < size; ++pass) {
    for (u64 i = 0; i < length; ++i) c[i] = a[i];
    for (u64 i = 0; i < length; ++i) b[i] = 3 * c[i];
    for (u64 i = 0; i < length; ++i) c[i] = a[i] + b[i];
    for (u64 i = 0; i < length; ++i) a[i] = b[i] + 5 * c[i];
    sum.add(a[(pass * 4099) % length]);
  }
  sum.print("stream");
}

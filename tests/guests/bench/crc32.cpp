// The checksum of Ethernet and zip, a byte at a time through a table: each step waits for the last.
#include "tests/guests/bench/guest.hpp"

#include <array>
#include <vector>

using namespace diptych::bench;

namespace {

constexpr std::array<u32, 256> table = [] {
  std::array<u32, 256> made{};
  for (u32 byte = 0; byte < 256; ++byte) {
    u32 remainder = byte;
    for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
    made[byte] = remainder;
  }
  return made;
}();

u32 crc(const std::vector<u8>& bytes, u32 begin) {
  u32 remainder = ~begin;
  for (u8 byte : bytes) remainder = (remainder >> 8) ^ table[(remainder ^ byte) & 0xff];
  return ~remainder;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<u8> bytes(1 << 16);
  Random random(1);
  for (u8& byte : bytes) byte = u8(random.next() >> 56);
  u32 answer = 0;
  const u64 size = size_from(argc, argv, default_size("crc32"));
  for (u64 i = 0; i < size; ++i) answer = crc(bytes, answer);
  Checksum sum;
  sum.add(answer);
  sum.print("crc32");
}

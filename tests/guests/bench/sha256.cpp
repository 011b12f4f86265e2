// SHA-256 as FIPS 180-4 gives it: rotations and additions of words, nearly no branches.
#include "tests/guests/bench/guest.hpp"

#include <array>
#include <bit>
#include <vector>

using namespace diptych::bench;

namespace {

constexpr std::array<u32, 64> constants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

using Digest = std::array<u32, 8>;

void absorb(Digest& digest, const u8* bytes) {
  std::array<u32, 64> w;
  for (u32 i = 0; i < 16; ++i)
    w[i] = u32{bytes[4 * i]} << 24 | u32{bytes[4 * i + 1]} << 16 | u32{bytes[4 * i + 2]} << 8 | bytes[4 * i + 3];
  for (u32 i = 16; i < 64; ++i) {
    const u32 early = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
    const u32 late = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
    w[i] = w[i - 16] + early + w[i - 7] + late;
  }
  auto [a, b, c, d, e, f, g, h] = digest;
  for (u32 i = 0; i < 64; ++i) {
    const u32 high = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const u32 first = h + high + ((e & f) ^ (~e & g)) + constants[i] + w[i];
    const u32 low = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const u32 second = low + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + first;
    d = c, c = b, b = a, a = first + second;
  }
  const Digest worked = {a, b, c, d, e, f, g, h};
  for (u32 i = 0; i < 8; ++i) digest[i] += worked[i];
}

Digest sha256(std::vector<u8> message) {
  const u64 bits = message.size() * 8;
  message.push_back(0x80);
  while (message.size() % 64 != 56) message.push_back(0);
  for (int shift = 56; shift >= 0; shift -= 8) message.push_back(u8(bits >> shift));
  Digest digest = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  for (u64 at = 0; at < message.size(); at += 64) absorb(digest, &message[at]);
  return digest;
}

}  // namespace

int main(int argc, char** argv) {
  // So that a wrong rotation is noticed even where both sides make it: the standard's own example.
  for (u32 word : sha256({'a', 'b', 'c'})) std::printf("%08" PRIx32, word);
  std::printf("\n");

  std::vector<u8> message(4096);
  Checksum sum;
  const u64 size = size_from(argc, argv, default_size("sha256"));
  for (u64 i = 0; i < size; ++i)
    for (u32 word : sha256(message)) {
      sum.add(word);
      message[word % message.size()] ^= u8(word >> 24);
    }
  sum.print("sha256");
}

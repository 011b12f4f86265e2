#include "gdbstub/protocol/hex.hpp"

#include <array>
#include <cstring>

namespace diptych::rsp {
namespace {

constexpr char digits[] = "0123456789abcdef";

// Both digits of every byte: memory is read in blocks of 64 KiB, where a digit at a time shows.
constexpr auto pairs = [] {
  std::array<std::array<char, 2>, 256> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = {digits[i >> 4], digits[i & 15]};
  return all;
}();

}  // namespace

void write_hex(char* text, std::span<const std::uint8_t> bytes) {
  for (const std::uint8_t byte : bytes) {
    std::memcpy(text, pairs[byte].data(), 2);
    text += 2;
  }
}

void append_hex(std::string& to, std::span<const std::uint8_t> bytes) {
  const std::size_t before = to.size();
  const std::size_t after = before + bytes.size() * 2;
  to.resize_and_overwrite(after, [&](char* text, std::size_t) {
    write_hex(text + before, bytes);
    return after;
  });
}

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string result;
  append_hex(result, bytes);
  return result;
}

std::string hex(std::string_view text) {
  return hex(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void append_number(std::string& to, std::uint64_t value) {
  unsigned shift = 60;
  while (shift > 0 && (value >> shift) == 0) shift -= 4;
  for (;; shift -= 4) {
    to += digits[(value >> shift) & 15];
    if (shift == 0) return;
  }
}

}  // namespace diptych::rsp

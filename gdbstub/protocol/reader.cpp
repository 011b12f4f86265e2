#include "gdbstub/protocol/reader.hpp"

#include "gdbstub/protocol/escape.hpp"
#include "gdbstub/protocol/hex.hpp"

#include <array>

namespace diptych::rsp {
namespace {

// Digits of both cases in a table, since memory is written in blocks of 64 KiB. Anything else has a bit set
// that no digit has.
constexpr unsigned no_digit = 0x80;
constexpr auto digit_values = [] {
  std::array<std::uint8_t, 256> all{};
  for (unsigned c = 0; c < all.size(); ++c) all[c] = digit(static_cast<char>(c)).value_or(no_digit);
  return all;
}();
unsigned value_of_digit(char c) { return digit_values[static_cast<unsigned char>(c)]; }

}  // namespace

bool Reader::take(char c) {
  if (!rest_.starts_with(c)) return false;
  rest_.remove_prefix(1);
  return true;
}

bool Reader::take(std::string_view word) {
  if (!rest_.starts_with(word)) return false;
  rest_.remove_prefix(word.size());
  return true;
}

std::string_view Reader::take_until(std::string_view delimiters) {
  const std::string_view word = rest_.substr(0, rest_.find_first_of(delimiters));
  rest_.remove_prefix(word.size());
  return word;
}

std::optional<std::uint64_t> Reader::take_number(std::uint64_t most) {
  std::uint64_t value = 0;
  std::size_t digits = 0;
  for (; digits < rest_.size(); ++digits) {
    const auto next = digit(rest_[digits]);
    if (!next) break;
    if ((value >> 60) != 0) return std::nullopt;
    value = value << 4 | *next;
  }
  if (digits == 0 || value > most) return std::nullopt;
  rest_.remove_prefix(digits);
  return value;
}

std::optional<std::vector<std::uint8_t>> Reader::take_hex() {
  return rest_.size() % 2 == 0 ? take_hex(rest_.size() / 2) : std::nullopt;
}

std::optional<std::vector<std::uint8_t>> Reader::take_hex(std::size_t bytes) {
  if (bytes > rest_.size() / 2) return std::nullopt;
  std::vector<std::uint8_t> result(bytes);
  unsigned wrong = 0;
  for (std::size_t i = 0; i < bytes; ++i) {
    const unsigned high = value_of_digit(rest_[2 * i]), low = value_of_digit(rest_[2 * i + 1]);
    wrong |= high | low;
    result[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  if ((wrong & no_digit) != 0) return std::nullopt;
  rest_.remove_prefix(bytes * 2);
  return result;
}

std::optional<std::vector<std::uint8_t>> Reader::take_binary() {
  auto bytes = unescape(rest_);
  if (bytes) rest_ = {};
  return bytes;
}

std::optional<AddressRange> take_range(Reader& reader) {
  const Reader before = reader;
  const auto address = reader.take_number();
  if (address && reader.take(','))
    if (const auto length = reader.take_number(); length && *length <= 0 - *address - (*address == 0))
      return AddressRange{*address, *length};
  reader = before;
  return std::nullopt;
}

}  // namespace diptych::rsp

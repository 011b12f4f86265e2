// Hexadecimal as the remote serial protocol writes it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace diptych::rsp {

/// Two lower-case digits a byte, in the order of the bytes. They may be written over the bytes themselves, if
/// those lie in the back half of the text.
void write_hex(char* text, std::span<const std::uint8_t> bytes);

/// The same at the end of a string.
void append_hex(std::string& to, std::span<const std::uint8_t> bytes);
std::string hex(std::span<const std::uint8_t> bytes);

/// The same of a text's characters.
std::string hex(std::string_view text);

/// A number, most significant digit first, without leading zeros; zero is "0".
void append_number(std::string& to, std::uint64_t value);

/// The value of a digit of either case.
constexpr std::optional<std::uint8_t> digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

}  // namespace diptych::rsp

// The words of a packet, taken from front to back. Every number is unsigned and bounded: a sign, an
// overflow or a missing digit is a refusal, never a wrapped value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

namespace diptych::rsp {

/// What a function could not take stays where it was.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  bool take(char c);
  bool take(std::string_view word);

  /// Everything before the next of these characters, which stays; everything where there is none.
  std::string_view take_until(std::string_view delimiters);

  /// A hexadecimal number of at least one digit and at most this value.
  std::optional<std::uint64_t> take_number(std::uint64_t most = std::numeric_limits<std::uint64_t>::max());

  /// All that is left, as pairs of hexadecimal digits.
  std::optional<std::vector<std::uint8_t>> take_hex();

  /// So many bytes, each as two digits.
  std::optional<std::vector<std::uint8_t>> take_hex(std::size_t bytes);

  /// All that is left, as escaped binary data.
  std::optional<std::vector<std::uint8_t>> take_binary();

 private:
  std::string_view rest_;
};

/// `address,length`: a range that does not wrap around the end of the address space.
struct AddressRange {
  std::uint64_t address = 0;
  std::uint64_t length = 0;
};
std::optional<AddressRange> take_range(Reader& reader);

}  // namespace diptych::rsp

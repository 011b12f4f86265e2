// A text taken apart: lines without their comments, lines into words that know where they stood.
#pragma once

#include "engine/machine/integers.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace diptych {

/// A place in a text. Lines count from 1; `at` is a pointer into the line, from which the column follows.
struct Place {
  std::size_t line = 1;
  const char* line_begin = nullptr;
  const char* at = nullptr;

  /// In characters, from 1.
  std::size_t column() const;
};

/// A word, and where it stands. Empty at the end of a line.
struct Word {
  std::string_view text;
  Place place;

  bool empty() const { return text.empty(); }
};

/// What is left of one line.
class Line {
 public:
  Line(std::size_t number, std::string_view whole);

  /// Takes the next word.
  Word next();

  /// Is the next word separated from the one before by exactly one blank?
  bool next_is_close() const;

  /// Where the next word stands, or the end of the line.
  Place place() const;

  /// Everything that is left, without blanks at its ends.
  std::string_view rest() const;

 private:
  std::size_t number_;
  std::string_view whole_;  // without its comment
  std::size_t at_ = 0;
};

/// Takes the first line off the text: without its line end, which may be LF, CR LF, or missing at the end.
std::string_view take_line(std::string_view& text);

/// Decimal, or hexadecimal after 0x; nothing if it is neither or does not fit 64 bits.
std::optional<u64> number_in(std::string_view word);

/// Exactly two hexadecimal digits.
std::optional<u8> byte_in(std::string_view word);

/// The value of a hexadecimal digit.
std::optional<u8> digit_in(char c);

}  // namespace diptych

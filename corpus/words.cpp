#include "corpus/words.hpp"

#include "corpus/text.hpp"

namespace diptych {
namespace {

bool blank(char c) { return c == ' ' || c == '\t'; }

// A # begins a comment unless it is escaped.
std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\')
      ++i;
    else if (line[i] == '#')
      return line.substr(0, i);
  }
  return line;
}

}  // namespace

std::size_t Place::column() const {
  std::size_t column = 1;
  for (const char* c = line_begin; c != at; ++c)
    if ((u8(*c) & 0xc0) != 0x80) ++column;
  return column;
}

Line::Line(std::size_t number, std::string_view whole) : number_(number), whole_(without_comment(whole)) {}

Place Line::place() const {
  std::size_t at = at_;
  while (at < whole_.size() && blank(whole_[at])) ++at;
  return {number_, whole_.data(), whole_.data() + at};
}

Word Line::next() {
  const Place where = place();
  const std::size_t begin = std::size_t(where.at - whole_.data());
  at_ = begin;
  while (at_ < whole_.size() && !blank(whole_[at_])) ++at_;
  return {whole_.substr(begin, at_ - begin), where};
}

bool Line::next_is_close() const { return at_ + 1 < whole_.size() && whole_[at_] == ' ' && !blank(whole_[at_ + 1]); }

std::string_view Line::rest() const { return trimmed(whole_.substr(at_)); }

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::optional<u8> digit_in(char c) {
  if (c >= '0' && c <= '9') return u8(c - '0');
  if (c >= 'a' && c <= 'f') return u8(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return u8(c - 'A' + 10);
  return std::nullopt;
}

std::optional<u64> number_in(std::string_view word) {
  u64 base = 10;
  if (word.starts_with("0x") || word.starts_with("0X")) {
    base = 16;
    word.remove_prefix(2);
  }
  if (word.empty()) return std::nullopt;
  u64 value = 0;
  for (char c : word) {
    const std::optional<u8> digit = digit_in(c);
    if (!digit || *digit >= base) return std::nullopt;
    if (value > (~u64{0} - *digit) / base) return std::nullopt;
    value = value * base + *digit;
  }
  return value;
}

std::optional<u8> byte_in(std::string_view word) {
  if (word.size() != 2) return std::nullopt;
  const std::optional<u8> high = digit_in(word[0]);
  const std::optional<u8> low = digit_in(word[1]);
  if (!high || !low) return std::nullopt;
  return u8(*high << 4 | *low);
}

}  // namespace diptych

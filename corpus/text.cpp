#include "corpus/text.hpp"

#include "engine/machine/integers.hpp"

#include <fmt/format.h>

namespace diptych {
namespace {

constexpr std::size_t longest_quote = 40;

// Nothing that breaks the line, the quotes, or the terminal.
void append_escaped(std::string& to, std::string_view text, bool in_quotes, std::size_t limit) {
  const std::size_t begun = to.size();
  while (!text.empty()) {
    if (to.size() - begun >= limit) {
      to += "...";
      return;
    }
    const std::size_t length = printable_length(text);
    if (length == 0 || text[0] == '\t') {
      to += fmt::format("\\x{:02x}", u8(text[0]));
    } else {
      if (in_quotes && (text[0] == '"' || text[0] == '\\')) to += '\\';
      to += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

}  // namespace

std::size_t printable_length(std::string_view text) {
  if (text.empty()) return 0;
  const u8 lead = u8(text[0]);
  if (lead < 0x80) return (lead >= 0x20 && lead != 0x7f) || lead == '\t' ? 1 : 0;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  u32 code = lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((u8(text[i]) & 0xc0) != 0x80) return 0;
    code = code << 6 | (u8(text[i]) & 0x3fu);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  // C1 controls, the separators some programs take for line ends, and marks that reverse the text around them.
  const bool control = code < 0xa0 || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return overlong || surrogate || control || code > 0x10ffff ? 0 : length;
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  append_escaped(result, text, true, longest_quote);
  return result + '"';
}

std::string escaped(std::string_view text) {
  std::string result;
  append_escaped(result, text, false, std::string::npos);
  return result;
}

std::string tidy_line(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = printable_length(text);
    if (length == 0) {
      result += ' ';
      text.remove_prefix(1);
    } else {
      result += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return std::string(trimmed(result));
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace diptych

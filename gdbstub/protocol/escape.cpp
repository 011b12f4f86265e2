#include "gdbstub/protocol/escape.hpp"

namespace diptych::rsp {
namespace {

constexpr char escape = '}';
constexpr unsigned char flip = 0x20;
// The count of a run is a printable character, this much above how often the one before is repeated.
constexpr int run_bias = 29;

bool is_special(char c) { return c == '#' || c == '$' || c == '}' || c == '*'; }

char flipped(char c) { return static_cast<char>(static_cast<unsigned char>(c) ^ flip); }

}  // namespace

std::size_t escaped_size(std::string_view bytes) {
  std::size_t size = bytes.size();
  for (const char c : bytes) size += is_special(c);
  return size;
}

void append_escaped(std::string& to, std::string_view bytes) {
  const std::size_t before = to.size();
  to.resize_and_overwrite(before + 2 * bytes.size(), [&](char* text, std::size_t) {
    char* out = text + before;
    for (const char c : bytes) {
      // Written twice rather than asked about twice: which it will be cannot be guessed.
      const bool special = is_special(c);
      *out = escape;
      out += special;
      *out++ = special ? flipped(c) : c;
    }
    return static_cast<std::size_t>(out - text);
  });
}

std::optional<std::vector<std::uint8_t>> unescape(std::string_view data) {
  std::vector<std::uint8_t> result;
  result.reserve(data.size());
  while (!data.empty()) {
    const std::string_view plain = data.substr(0, data.find(escape));
    result.insert(result.end(), plain.begin(), plain.end());
    data.remove_prefix(plain.size());
    if (data.empty()) break;
    if (data.size() == 1) return std::nullopt;
    result.push_back(static_cast<std::uint8_t>(flipped(data[1])));
    data.remove_prefix(2);
  }
  return result;
}

std::optional<std::string> expand_reply(std::string_view data, std::size_t most) {
  std::string result;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (data[i] == '*') {
      if (result.empty() || ++i == data.size()) return std::nullopt;
      const int count = static_cast<unsigned char>(data[i]) - run_bias;
      if (count < 3 || count > 126 - run_bias || result.size() + static_cast<std::size_t>(count) > most)
        return std::nullopt;
      result.append(static_cast<std::size_t>(count), result.back());
      continue;
    }
    char c = data[i];
    if (c == escape) {
      if (++i == data.size()) return std::nullopt;
      c = flipped(data[i]);
    }
    if (result.size() == most) return std::nullopt;
    result += c;
  }
  return result;
}

}  // namespace diptych::rsp

#include "gdbstub/protocol/escape.hpp"

namespace diptych::rsp {
namespace {

constexpr char escape = '}';
constexpr unsigned char flip = 0x20;
// The count of a run is a printable character, this much above how often the one before is repeated.
constexpr int run_bias = 29;

char flipped(char c) { return static_cast<char>(static_cast<unsigned char>(c) ^ flip); }

}  // namespace

void append_escaped(std::string& to, std::string_view bytes) {
  to.reserve(to.size() + bytes.size());
  for (const char c : bytes) {
    if (c == '#' || c == '$' || c == '}' || c == '*') {
      to += escape;
      to += flipped(c);
    } else {
      to += c;
    }
  }
}

std::optional<std::vector<std::uint8_t>> unescape(std::string_view data) {
  std::vector<std::uint8_t> result;
  result.reserve(data.size());
  for (std::size_t i = 0; i < data.size(); ++i) {
    char c = data[i];
    if (c == escape) {
      if (++i == data.size()) return std::nullopt;
      c = flipped(data[i]);
    }
    result.push_back(static_cast<std::uint8_t>(c));
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

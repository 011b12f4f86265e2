#include "gdbstub/protocol/escape.hpp"

#include <emmintrin.h>

namespace diptych::rsp {
namespace {

constexpr char escape = '}';
constexpr unsigned char flip = 0x20;
// The count of a run is a printable character, this much above how often the one before is repeated.
constexpr int run_bias = 29;

bool is_special(char c) { return c == '#' || c == '$' || c == '}' || c == '*'; }

// Copies sixteen characters, and says whether they may stay as they are.
bool copy_plain(char* to, const char* from) {
  const __m128i all = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  __m128i special = _mm_cmpeq_epi8(all, _mm_set1_epi8('#'));
  for (const char c : {'$', '}', '*'}) special = _mm_or_si128(special, _mm_cmpeq_epi8(all, _mm_set1_epi8(c)));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), all);
  return _mm_movemask_epi8(special) == 0;
}

char flipped(char c) { return static_cast<char>(static_cast<unsigned char>(c) ^ flip); }

}  // namespace

void append_escaped(std::string& to, std::string_view bytes) {
  const std::size_t before = to.size();
  to.resize_and_overwrite(before + 2 * bytes.size(), [&](char* text, std::size_t) {
    char* out = text + before;
    const char* in = bytes.data();
    const char* const end = in + bytes.size();
    while (in != end) {
      // Most of sixteen in a row have nothing special among them.
      while (end - in >= 16 && copy_plain(out, in)) {
        in += 16;
        out += 16;
      }
      for (const char* const stop = end - in > 16 ? in + 16 : end; in != stop; ++in) {
        // Written twice rather than asked about twice: which it will be cannot be guessed.
        const bool special = is_special(*in);
        *out = escape;
        out += special;
        *out++ = special ? flipped(*in) : *in;
      }
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

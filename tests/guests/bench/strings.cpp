// Text handled as programs do it: built, split, searched, replaced, sorted, counted.
#include "tests/guests/bench/guest.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

using namespace diptych::bench;

namespace {

std::string make_text(Random& random) {
  std::string text;
  for (int word = 0; word < 400; ++word) {
    const u32 letters = 1 + random.below(9);
    for (u32 i = 0; i < letters; ++i) text += char('a' + random.below(6));
    text += word % 11 == 10 ? ".\n" : " ";
  }
  return text;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" .\n");
    if (begin == text.npos) return words;
    text.remove_prefix(begin);
    const std::size_t length = std::min(text.find_first_of(" .\n"), text.size());
    words.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
}

std::string replace_all(const std::string& text, std::string_view what, std::string_view by) {
  std::string replaced;
  std::size_t begin = 0;
  for (std::size_t found; (found = text.find(what, begin)) != text.npos; begin = found + what.size()) {
    replaced.append(text, begin, found - begin);
    replaced += by;
  }
  return replaced.append(text, begin);
}

}  // namespace

int main(int argc, char** argv) {
  Random random(8);
  Checksum sum;
  std::map<std::string, u64, std::less<>> counted;
  const u64 size = size_from(argc, argv, default_size("strings"));
  for (u64 i = 0; i < size; ++i) {
    const std::string text = replace_all(make_text(random), "ab", std::to_string(i % 100));
    std::vector<std::string_view> words = split(text);
    std::sort(words.begin(), words.end());
    for (std::string_view word : words)
      if (word.size() < 3) ++counted[std::string(word)];
    std::string joined;
    for (std::string_view word : words) (joined += word) += ',';
    for (char c : joined) sum.add(u64(c));
  }
  for (const auto& [word, count] : counted) sum.add(word.size() * count);
  sum.print("strings");
}

// Valid cases, broken at random: each is read as a sound case or refused in one sentence.
#include "corpus/parse.hpp"
#include "corpus/print.hpp"
#include "tests/catch.hpp"
#include "tests/corpus/random_case.hpp"

#include <algorithm>
#include <cstdlib>

using namespace diptych;

namespace {

class Mutator {
 public:
  explicit Mutator(u64 seed) : random_(seed) {}

  u64 below(u64 bound) { return bound == 0 ? 0 : random_() % bound; }

  void mutate(std::string& text, const std::string& other) {
    switch (below(11)) {
      case 0:
        flip_bit(text);
        break;
      case 1:
        text.resize(below(text.size() + 1));
        break;
      case 2:
        delete_line(text);
        break;
      case 3:
        duplicate_line(text);
        break;
      case 4:
        swap_lines(text);
        break;
      case 5:
        splice(text, other);
        break;
      case 6:
        inflate_number(text);
        break;
      case 7:
        insert_junk(text);
        break;
      case 8:
        change_digit(text);
        break;
      case 9:
        text.erase(below(text.size()), 1 + below(8));
        break;
      case 10:
        insert_line_of(text, other);
        break;
    }
  }

 private:
  void flip_bit(std::string& text) {
    if (!text.empty()) text[below(text.size())] ^= char(1 << below(8));
  }

  // Begin and end of a line, its line end included.
  std::pair<std::size_t, std::size_t> line_in(const std::string& text) {
    const std::size_t at = below(text.size() + 1);
    const std::size_t before = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
    const std::size_t after = text.find('\n', at);
    return {before == std::string::npos ? 0 : before + 1, after == std::string::npos ? text.size() : after + 1};
  }

  void delete_line(std::string& text) {
    const auto [begin, end] = line_in(text);
    text.erase(begin, end - begin);
  }

  void duplicate_line(std::string& text) {
    const auto [begin, end] = line_in(text);
    text.insert(line_in(text).first, text.substr(begin, end - begin));
  }

  void swap_lines(std::string& text) {
    const auto [begin, end] = line_in(text);
    const std::string line = text.substr(begin, end - begin);
    text.erase(begin, end - begin);
    text.insert(line_in(text).first, line);
  }

  void insert_line_of(std::string& text, const std::string& other) {
    const auto [begin, end] = line_in(other);
    text.insert(line_in(text).first, other.substr(begin, end - begin));
  }

  void splice(std::string& text, const std::string& other) {
    text = text.substr(0, line_in(text).first) + other.substr(line_in(other).first);
  }

  void inflate_number(std::string& text) {
    static constexpr const char* large[] = {"0",
                                            "0xffffffffffffffff",
                                            "0xfffffffffffff000",
                                            "18446744073709551616",
                                            "0x8000000000000000",
                                            "4294967296",
                                            "-1",
                                            "0x1000",
                                            "00000000000000000001",
                                            "99999999999999999999999999999999999"};
    const std::size_t at = text.find("0x", below(text.size() + 1));
    if (at == std::string::npos) return;
    const std::size_t end = std::min(text.find_first_of(" \n", at), text.size());
    text.replace(at, end - at, large[below(std::size(large))]);
  }

  void insert_junk(std::string& text) {
    static constexpr std::string_view words[] = {"memory 0x20000 size 0x1000 rw\n",
                                                 "expect\n",
                                                 " # ",
                                                 "\\#",
                                                 "\r\n",
                                                 "\t",
                                                 "why \xc3\xa9\n",
                                                 "\xef\xbb\xbf",
                                                 "budget 1\n",
                                                 "registers\n",
                                                 "before\n",
                                                 "guest aarch64\n",
                                                 "guest x86_64\n",
                                                 "code 0x10000 rwx\n",
                                                 "stop fault write 0x30000\n"};
    const std::size_t at = below(text.size() + 1);
    if (below(2) == 0) {
      text.insert(at, words[below(std::size(words))]);
      return;
    }
    std::string junk;
    for (u64 i = 1 + below(16); i > 0; --i) junk += char(random_());
    text.insert(at, junk);
  }

  void change_digit(std::string& text) {
    const std::size_t at = text.find_first_of("0123456789abcdef", below(text.size() + 1));
    if (at != std::string::npos) text[at] = "0123456789abcdef"[below(16)];
  }

  std::mt19937_64 random_;
};

std::vector<std::string> valid_texts() {
  std::vector<std::string> texts;
  tests::RandomCase random(7);
  for (int i = 0; i < 40; ++i) texts.push_back(print_case(random.make()));
  return texts;
}

// Runs a million under the sanitizers when DIPTYCH_PARSER_MUTATIONS says so.
u64 rounds() {
  const char* said = std::getenv("DIPTYCH_PARSER_MUTATIONS");
  return said ? std::strtoull(said, nullptr, 10) : 20'000;
}

bool sound(const Result<Case>& read) {
  if (!read) {
    const std::string& message = read.error().message;
    return read.error().kind == ErrorKind::bad_input && message.starts_with("m.case:") && message.size() < 400 &&
           message.find_first_of(std::string_view("\n\r\0\x1b", 4)) == std::string::npos;
  }
  if (!check(read->program) || !check(read->program, read->input) || flatten(*read) != *read) return false;
  for (const Input& earlier : read->earlier)
    if (!check(read->program, earlier)) return false;
  const std::string again = print_case(*read);
  const auto second = parse_case(again, "again.case");
  return second && *second == *read && print_case(*second) == again;
}

}  // namespace

TEST_CASE("mutated texts are read soundly or refused in one line") {
  const std::vector<std::string> texts = valid_texts();
  for (const std::string& text : texts) REQUIRE(sound(parse_case(text, "m.case")));
  Mutator mutator(99);
  u64 accepted = 0;
  const u64 count = rounds();
  for (u64 round = 0; round < count; ++round) {
    std::string text = texts[mutator.below(texts.size())];
    for (u64 i = 1 + mutator.below(4); i > 0; --i) mutator.mutate(text, texts[mutator.below(texts.size())]);
    const auto read = parse_case(text, "m.case");
    accepted += read.has_value();
    if (!sound(read)) {
      CAPTURE(round, text, read ? std::string("read") : read.error().message);
      FAIL("a mutated text was read unsoundly or refused badly");
    }
  }
  // Neither all broken nor all fine, or the mutations would try nothing.
  if (count >= 1000) {
    CHECK(accepted > count / 50);
    CHECK(accepted < count - count / 50);
  }
}

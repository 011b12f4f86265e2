// A scanner of source text as a state machine: a switch for each character.
#include "tests/guests/bench/guest.hpp"

#include <array>
#include <string>

using namespace diptych::bench;

namespace {

enum class State : u8 { between, name, number, fraction, text, escape, comment };

struct Counts {
  std::array<u64, 7> ended{};
  u64 punctuation = 0;
};

void scan(const std::string& source, Counts& counts) {
  State state = State::between;
  for (char c : source) {
    const bool digit = c >= '0' && c <= '9', letter = (c >= 'a' && c <= 'z') || c == '_';
    switch (state) {
      case State::text:
        if (c == '\\') state = State::escape;
        else if (c == '"') ++counts.ended[std::size_t(State::text)], state = State::between;
        continue;
      case State::escape: state = State::text; continue;
      case State::comment:
        if (c == '\n') ++counts.ended[std::size_t(State::comment)], state = State::between;
        continue;
      case State::name:
        if (letter || digit) continue;
        break;
      case State::number:
        if (digit) continue;
        if (c == '.') {
          state = State::fraction;
          continue;
        }
        break;
      case State::fraction:
        if (digit) continue;
        break;
      case State::between: break;
    }
    ++counts.ended[std::size_t(state)];
    if (letter) state = State::name;
    else if (digit) state = State::number;
    else if (c == '"') state = State::text;
    else if (c == '#') state = State::comment;
    else state = State::between, counts.punctuation += c != ' ' && c != '\n';
  }
}

std::string make_source() {
  static constexpr const char* pieces[] = {"total", " = ", "x1", " + ", "3", "14.75", "(", ")", "\n", " ",
                                           "\"a \\\" b\"", "# a remark\n", "while ", "_n", "42", ";", "7.", "\"\""};
  std::string source;
  Random random(7);
  while (source.size() < 1 << 16) source += pieces[random.below(std::size(pieces))];
  return source;
}

}  // namespace

int main(int argc, char** argv) {
  std::string source = make_source();
  Counts counts;
  const u64 size = size_from(argc, argv, default_size("state_machine"));
  for (u64 i = 0; i < size; ++i) {
    source[i % source.size()] = ' ';
    scan(source, counts);
  }
  Checksum sum;
  for (u64 count : counts.ended) sum.add(count);
  sum.add(counts.punctuation);
  sum.print("state_machine");
}

#include "oracle/comparison/compare.hpp"

#include "tests/catch.hpp"

using namespace diptych;

namespace {

struct Side {
  std::vector<u8> bytes = std::vector<u8>(200, 1);
  std::vector<u64> changed{0};

  Outcome outcome(bool tells) const {
    Outcome outcome;
    outcome.memory = {{0x20000, bytes, tells ? std::span<const u64>(changed) : std::span<const u64>()}};
    return outcome;
  }
};

}  // namespace

TEST_CASE("memory is compared where it changed on both sides, and wholly where one does not say where") {
  for (const bool left_tells : {true, false})
    for (const bool right_tells : {true, false}) {
      INFO(left_tells << right_tells);
      const auto agrees = [&](const Side& left, const Side& right, const Mask& mask = {}) {
        return agree(Guest::riscv64, left.outcome(left_tells), right.outcome(right_tells), mask);
      };
      Side left, right;
      CHECK(agrees(left, right));
      // On both sides, the same; in the last line, which is not whole, too.
      for (Side* side : {&left, &right}) side->bytes[70] = 5, side->bytes[199] = 6, side->changed[0] = 0b1010;
      CHECK(agrees(left, right));
      right.bytes[199] = 7;
      CHECK(!agrees(left, right));
      CHECK(agrees(left, right, {.words = {}, .memory = {0x20000 + 199}}));
      CHECK(!agrees(left, right, {.words = {}, .memory = {0x20000 + 198}}));
      right.bytes[199] = 6;
      // On one side only.
      right.bytes[130] = 9, right.changed[0] = 0b1110;
      CHECK(!agrees(left, right));
      CHECK(!agrees(right, left));
      CHECK(agrees(left, right, {.words = {}, .memory = {0x20000 + 130}}));
    }
}

TEST_CASE("two outcomes agree where no difference is listed, and only there") {
  Side side;
  const Outcome left = side.outcome(false);
  const auto listed = [&](const Outcome& right, const Mask& mask = {}) {
    const auto found = differences(Guest::riscv64, left, right, mask);
    CHECK(found.empty() == agree(Guest::riscv64, left, right, mask));
    return found.size();
  };
  CHECK(listed(left) == 0);
  // x0, which no register shows, included.
  for (std::size_t word = 0; word < state_words(Guest::riscv64); ++word) {
    Outcome right = left;
    right.state.words[word] = 1;
    CHECK(listed(right) == 1);
    Mask mask;
    mask.words.set(word);
    CHECK(listed(right, mask) == 0);
  }
  for (const std::size_t byte : {0u, 20u, 199u}) {
    Side other;
    for (std::size_t i = byte; i < std::min<std::size_t>(byte + 17, 200); ++i) other.bytes[i] = 7;
    CHECK(listed(other.outcome(true)) == (byte == 199 ? 1 : 2));
  }
  Outcome stopped = left, counted = left;
  stopped.stop.kind = StopKind::illegal;
  CHECK(listed(stopped) == 1);
  counted.retired = 5;
  CHECK(listed(counted) == 0);
}

TEST_CASE("an outcome that is kept compares all of its memory") {
  Side side;
  side.bytes[70] = 5, side.changed[0] = 0b10;
  const KeptOutcome kept(side.outcome(true));
  CHECK(kept->memory[0].bytes.data() != side.bytes.data());
  CHECK(kept->memory[0].changed.empty());
  side.changed[0] = 0;
  CHECK(agree(Guest::riscv64, *kept, side.outcome(true)));
  side.bytes[71] = 5;
  CHECK(!agree(Guest::riscv64, *kept, side.outcome(true)));
}

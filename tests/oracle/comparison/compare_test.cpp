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

#include "engine/memory/changed_lines.hpp"

#include "engine/memory/address_space.hpp"

#include "tests/catch.hpp"

#include <random>
#include <vector>

using namespace diptych;

namespace {

std::vector<u64> found(std::span<const u8> now, std::span<const u8> before) {
  // What stood there before is none of the answer.
  std::vector<u64> changed(words_of_lines(now.size()), ~u64{0});
  find_changed_lines(now, before, changed);
  return changed;
}

}  // namespace

TEST_CASE("a changed byte, wherever it is, changes its line and no other") {
  for (const std::size_t size : std::initializer_list<std::size_t>{1, 63, 64, 65, 200, 256, 1000, 4096, 8192, 8200}) {
    const std::vector<u8> before(size, 0x55);
    for (std::size_t at = 0; at < size; ++at) {
      std::vector<u8> now = before;
      now[at] ^= u8(1u << (at % 8));
      std::vector<u64> expected(words_of_lines(size));
      expected[at / 64 / 64] = u64{1} << (at / 64 % 64);
      REQUIRE(found(now, before) == expected);
    }
    CHECK(found(before, before) == std::vector<u64>(words_of_lines(size)));
  }
}

TEST_CASE("the host's ways to find lines find the same") {
  std::mt19937_64 random(4);
  std::vector<u8> before(64 * line_size);
  for (u8& byte : before) byte = u8(random());
  for (std::size_t lines = 0; lines <= 64; ++lines)
    for (int round = 0; round < 20; ++round) {
      std::vector<u8> now = before;
      u64 expected = 0;
      for (u64 left = random() % 8; left != 0 && lines != 0; --left) {
        const std::size_t at = random() % (lines * line_size);
        now[at] = u8(~before[at]);
        expected |= u64{1} << (at / line_size);
      }
      for (const FindLines find : ways_to_find_lines()) REQUIRE(find(now.data(), before.data(), lines) == expected);
    }
}

TEST_CASE("many changed lines are found, also where only those written are asked") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 500; ++round) {
    const std::size_t size = 1 + random() % 9000;
    std::vector<u8> before(size);
    for (u8& byte : before) byte = u8(random());
    std::vector<u8> now = before;
    std::vector<u64> written(words_of_lines(size)), expected(words_of_lines(size));
    for (u64 left = random() % 40; left != 0; --left) {
      const std::size_t at = random() % size, bytes = std::min<std::size_t>(1 + random() % 8, size - at);
      note_written(written.data(), at, bytes);
      for (std::size_t i = at; i < at + bytes; ++i) now[i] = u8(random());
    }
    for (std::size_t i = 0; i < size; ++i)
      if (now[i] != before[i]) expected[i / 4096] |= u64{1} << (i / 64 % 64);
    REQUIRE(found(now, before) == expected);
    std::vector<u64> changed(words_of_lines(size), ~u64{0});
    find_changed_lines(now, before, written, changed);
    REQUIRE(changed == expected);
    std::size_t bytes = 0;
    CHECK(all_of_lines(changed, size, [&](u64 offset, u64 some) {
      REQUIRE(offset + some <= size);
      bytes += some;
      return true;
    }));
    REQUIRE(bytes <= size);
  }
}

TEST_CASE("an area that asks for it is told each line that is reached for writing") {
  std::vector<u8> bytes(4096);
  std::vector<u64> written(words_of_lines(bytes.size()));
  AddressSpace space;
  space.bind(std::vector<Area>{{0x1000, 4096, Access::read | Access::write, bytes.data(), written.data()}});
  REQUIRE(space.reach(0x1080, 8, Access::read));
  CHECK(written[0] == 0);
  REQUIRE(space.reach(0x10bf, 1, Access::write));
  CHECK(written[0] == 0b100);
  REQUIRE(space.reach(0x113d, 4, Access::read | Access::write));
  CHECK(written[0] == 0b110100);
  REQUIRE(!space.reach(0x1ffd, 4, Access::write));
  u64 unreachable = 0;
  REQUIRE(!space.write_across(0x1ffd, "abcd", 4, unreachable));
  CHECK(unreachable == 0x2000);
  REQUIRE(space.write_across(0x1ffc, "abcd", 4, unreachable));
  CHECK(written[0] == (0b110100 | u64{1} << 63));
}

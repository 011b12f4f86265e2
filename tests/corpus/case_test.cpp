#include "corpus/case.hpp"

#include "tests/catch.hpp"

using namespace diptych;

TEST_CASE("a flat case holds only what its guest has") {
  Case some;
  some.input.state.words.fill(~u64{0});
  some.expect = Expectation{};
  some.expect->registers = {{65, 0x1ff}, {10, 1}, {0, 5}, {111, 5}, {10, 2}};
  some = flatten(some);
  CHECK(some.input.state.words[0] == 0);
  CHECK(some.input.state.words[1] == ~u64{0});
  CHECK(some.input.state.words[65] == 0xff);
  CHECK(some.input.state.words[66] == 0);
  CHECK(some.expect->registers == std::vector<ExpectedRegister>{{10, 1}, {65, 0xff}});
}

TEST_CASE("runs of a flat case never join two regions") {
  Case some;
  some.program.memory = {{0x1000, 0x1000}, {0x2000, 0x1000}};
  some.program.contents = {{0x1ff0, std::vector<u8>(16, 1)}};
  some.input.memory = {{0x2000, std::vector<u8>(16, 2)}, {0x1fff, {3}}};
  some = flatten(some);
  REQUIRE(some.program.contents.size() == 2);
  CHECK(some.program.contents[0].address == 0x1ff0);
  CHECK(some.program.contents[0].bytes.back() == 3);
  CHECK(some.program.contents[1] == Bytes{0x2000, std::vector<u8>(16, 2)});
  CHECK(some.input.memory.empty());
}

TEST_CASE("earlier inputs of a flat case say which lines they have otherwise") {
  Case some;
  some.program.memory = {{0x1000, 0x1000}, {0x2000, 0x1000}};
  some.program.contents = {{0x1ff0, std::vector<u8>(16, 1)}, {0x2000, std::vector<u8>(16, 4)}};
  some.input.memory = {{0x2000, {2}}};
  some.earlier.resize(2);
  some.earlier[0].memory = {{0x1fff, {3}}, {0x2000, {2}}};  // as the input has it
  some.earlier[0].state.words.fill(~u64{0});
  some = flatten(some);
  std::vector<u8> line(16, 1);
  line.back() = 3;
  CHECK(some.earlier[0].memory == std::vector<Bytes>{{0x1ff0, line}});
  CHECK(some.earlier[0].state.words[0] == 0);
  CHECK(some.earlier[0].state.words[65] == 0xff);
  CHECK(some.earlier[1].memory == std::vector<Bytes>{{0x2000, std::vector<u8>(16, 4)}});
  CHECK(flatten(some) == some);
}

#include "corpus/sparse_bytes.hpp"

#include "tests/catch.hpp"

using namespace diptych;

TEST_CASE("bytes are said once") {
  SparseBytes some;
  CHECK(some.say(5, 1));
  CHECK(some.say(5, 1));
  CHECK_FALSE(some.say(5, 2));
  CHECK(some.say(~u64{0}, 0));
  CHECK(some.runs() == std::vector<Bytes>{{5, {1}}, {~u64{0}, {0}}});
}

TEST_CASE("runs are joined across lines but not across pages") {
  SparseBytes some;
  some.lay({14, {1, 2, 3, 4}});
  some.lay({15, {9}});
  some.lay({32, {0}});
  some.lay({4095, {5, 6}});
  CHECK(some.runs() == std::vector<Bytes>{{14, {1, 9, 3, 4}}, {32, {0}}, {4095, {5}}, {4096, {6}}});  // pages part them
}

TEST_CASE("a line is whole wherever it lies") {
  SparseBytes some;
  some.say(0x1003, 7);
  CHECK(some.line(0x1000) == Bytes{0x1000, {0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}});
  CHECK(some.line(0x1010) == Bytes{0x1010, std::vector<u8>(16, 0)});
}

TEST_CASE("only whole lines that are not zero are listed, inside the bounds") {
  SparseBytes some;
  some.lay({0x0fff, {7}});
  some.lay({0x1008, {1}});
  some.lay({0x1010, {0, 2}});
  some.lay({0x1020, {0}});
  some.lay({0x1030, {3}});
  some.lay({0x2000, {7}});
  std::vector<u8> two(32, 0);
  two[8] = 1;
  two[17] = 2;
  std::vector<u8> one(16, 0);
  one[0] = 3;
  CHECK(some.nonzero_lines(0x1000, 0x1000) == std::vector<Bytes>{{0x1000, two}, {0x1030, one}});
}

#include "corpus/expect.hpp"

#include "corpus/parse.hpp"
#include "tests/catch.hpp"

using namespace diptych;

namespace {

Case expecting(std::string_view what) {
  return parse_case(
             "case 1\nguest riscv64\ncode 0x10000\n  4501\nmemory 0x20000 size 0x1000 rw\nmemory 0x21000 size 0x1000 "
             "r\n"
             "  0x21008 07\nbudget 1\n" +
                 std::string(what),
             "x")
      .value();
}

struct Done {
  std::vector<u8> bytes = std::vector<u8>(4096, 0);
  Outcome outcome;

  Done() {
    bytes[4095] = 5;
    outcome.state.words[10] = 1;
    outcome.retired = 3;
    outcome.memory = {{0x20000, bytes}};
  }
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("nothing expected is met by anything") {
  Done done;
  CHECK(unmet(expecting(""), done.outcome).empty());
  CHECK(unmet(expecting("expect"), done.outcome).empty());
}

TEST_CASE("what holds is met") {
  Done done;
  const Case some = expecting(
      "expect\n stop end\n a0 1\n fa0 0\n retired 3\n memory 0x20ffe 00 05\n memory 0x21007 00 07\n"
      " memory 0x10000 01 45");
  CHECK(unmet(some, done.outcome).empty());
  done.outcome.retired.reset();
  CHECK(unmet(some, done.outcome).empty());
}

TEST_CASE("each expectation that fails is said") {
  Done done;
  done.outcome.stop = {StopKind::fault, Access::write, 0x30000};
  CHECK(unmet(expecting("expect\n stop end\n a0 2\n x11 7\n retired 4\n memory 0x20fff 06\n memory 0x21008 08 00\n"),
              done.outcome) ==
        Lines{"the stop is fault write 0x30000 where end is expected", "a0 is 0x1 where 0x2 is expected",
              "a1 is 0x0 where 0x7 is expected", "the byte at 0x20fff is 05 where 06 is expected",
              "the byte at 0x21008 is 07 where 08 is expected", "3 instructions retired where 4 are expected"});
}

TEST_CASE("an input's bytes in memory that is not writable are what it holds") {
  Done done;
  Case some = expecting("expect\n memory 0x21008 09 04");
  some.input.memory = {{0x21008, {8, 4}}, {0x21008, {9}}};
  CHECK(unmet(some, done.outcome).empty());
}

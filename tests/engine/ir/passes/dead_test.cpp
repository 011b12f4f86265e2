#include "tests/engine/ir/passes/before_after.hpp"

namespace diptych::ir {

TEST_CASE("a value that nobody uses is left out, with all that only it used") {
  CHECK(after({dead}, block_of("%0 = read_word i64 1; %1 = constant i64 0x5; %2 = add i64 %0, %1; %3 = multiply i64 %2, %2; "
                               "%4 = read_word i64 2; write_word %4 3")) == block_of("%0 = read_word i64 2; write_word %0 3"));
}

TEST_CASE("what may fault stays, used or not") {
  const std::string text = block_of("%0 = read_word i64 1; %1 = load i64 %0");
  CHECK(after({dead}, text) == text);
}

TEST_CASE("a word written over before anybody sees it is not written") {
  CHECK(after({dead}, "0x10 4\n  %0 = read_word i64 1\n  write_word %0 3\n0x14 4\n  %2 = read_word i64 2\n  write_word %2 3\n"
                      "0x18 4\n  trap illegal\n") ==
        "0x10 4\n0x14 4\n  %0 = read_word i64 2\n  write_word %0 3\n0x18 4\n  trap illegal\n");
}

TEST_CASE("whatever may look on keeps what was written before it") {
  for (const char* between :
       {"  %2 = load i64 %0\n", "  store %0, %0\n", "  %2 = load_reserved i64 %0\n", "  %2 = store_conditional i64 %0, %0\n",
        "  %2 = load_update i64 %0\n  store_update %0, %2\n", "  %2 = constant i1 0x0\n  trap_if %2 illegal\n",
        "  %2 = read_word i64 3\n  write_word %2 4\n", "  %2 = constant i64 0x20\n  %3 = constant i1 0x0\n  exit_if %3, %2\n"}) {
    INFO(between);
    const std::string begin = std::string("0x10 4\n  %0 = read_word i64 1\n  write_word %0 3\n0x14 4\n") + between;
    const std::string end = "0x18 4\n  write_word %0 3\n0x1c 4\n  trap illegal\n";
    CHECK(after({dead}, begin + end) == begin + end);
  }
}

TEST_CASE("the end of an instruction that may change code sees what it wrote") {
  for (const char* store : {"  %1 = load_update i64 %0\n  store_update %0, %0\n", "  %1 = store_conditional i64 %0, %0\n"}) {
    INFO(store);
    const std::string text = std::string("0x10 4\n  %0 = read_word i64 1\n") + store +
                             "  write_word %1 3\n0x14 4\n  write_word %0 3\n0x18 4\n  trap illegal\n";
    CHECK(after({dead}, text) == text);
  }
}

TEST_CASE("flags are not raised in a word that is written over, and are where it is seen") {
  const std::string begin = "%0 = constant i8 0x0; %1 = constant f64 0x3ff0000000000000; %2 = float_add f64 %0, %1, %1; ";
  CHECK(after({dead}, block_of(begin + "raise_flags %2 65; %4 = constant i64 0x0; write_word %4 65")) ==
        block_of("%0 = constant i64 0x0; write_word %0 65"));
  const std::string seen = block_of("%0 = constant i64 0x0; write_word %0 65; %2 = constant i8 0x0; %3 = constant f64 0x0; "
                                    "%4 = float_add f64 %2, %3, %3; raise_flags %4 65");
  CHECK(after({dead}, seen) == seen);
}

TEST_CASE("a read that is dead itself sees nothing") {
  CHECK(after({dead}, "0x10 4\n  %0 = read_word i64 1\n  write_word %0 3\n  %2 = read_word i64 3\n0x14 4\n  write_word %0 3\n"
                      "0x18 4\n  trap illegal\n") ==
        "0x10 4\n  %0 = read_word i64 1\n0x14 4\n  write_word %0 3\n0x18 4\n  trap illegal\n");
}

}  // namespace diptych::ir

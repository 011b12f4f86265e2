#include "tests/engine/ir/passes/before_after.hpp"

namespace diptych::ir {

TEST_CASE("a word is read once") {
  CHECK(after({forward}, block_of("%0 = read_word i64 1; %1 = read_word i64 1; %2 = read_word i64 2; %3 = add i64 %0, %1; "
                                  "%4 = add i64 %3, %2; write_word %4 3")) ==
        block_of("%0 = read_word i64 1; %1 = read_word i64 2; %2 = add i64 %0, %0; %3 = add i64 %2, %1; write_word %3 3"));
}

TEST_CASE("what was written is what is read, through copies") {
  CHECK(after({forward}, block_of("%0 = read_word i64 1; write_word %0 2; %2 = read_word i64 2; write_word %2 3; "
                                  "%4 = read_word i64 3; %5 = add i64 %4, %0; write_word %5 1; %7 = read_word i64 1; "
                                  "write_word %7 4")) ==
        block_of("%0 = read_word i64 1; write_word %0 2; write_word %0 3; %3 = add i64 %0, %0; write_word %3 1; "
                 "write_word %3 4"));
}

TEST_CASE("a write of what the word holds is left out") {
  CHECK(after({forward}, block_of("%0 = read_word i64 1; write_word %0 1; write_word %0 2; write_word %0 2")) ==
        block_of("%0 = read_word i64 1; write_word %0 2"));
}

TEST_CASE("flags raised are read from the word itself") {
  const std::string text = block_of(
      "%0 = read_word i64 65; write_word %0 10; %2 = constant i8 0x0; %3 = constant f64 0x0; "
      "%4 = float_add f64 %2, %3, %3; raise_flags %4 65; %6 = read_word i64 65; write_word %6 11; write_word %0 65");
  CHECK(after({forward}, text) == text);
}

}  // namespace diptych::ir

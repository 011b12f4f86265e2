#include "tests/engine/ir/passes/before_after.hpp"

namespace diptych::ir {

TEST_CASE("what was computed is not computed again") {
  CHECK(after({common}, block_of("%0 = read_word i64 1; %1 = constant i64 0x5; %2 = add i64 %0, %1; %3 = constant i64 0x5; "
                                 "%4 = add i64 %0, %3; %5 = multiply i64 %2, %4; write_word %5 3")) ==
        block_of("%0 = read_word i64 1; %1 = constant i64 0x5; %2 = add i64 %0, %1; %3 = multiply i64 %2, %2; "
                 "write_word %3 3"));
}

TEST_CASE("what differs in type, operation, operand or number is another value") {
  const std::string text = block_of(
      "%0 = read_word i64 1; %1 = read_word i64 2; %2 = add i64 %0, %1; %3 = add i64 %1, %0; %4 = subtract i64 %0, %1; "
      "%5 = truncate i32 %0; %6 = truncate i16 %0; %7 = constant i64 0x1; %8 = constant i32 0x1; %9 = constant i64 0x2; "
      "%10 = extend_signed i64 %5; %11 = extend_signed i64 %6; %12 = read_word i64 1");
  CHECK(after({common}, text) == text);
}

TEST_CASE("floating point is common where the rounding mode is, and so are its flags") {
  const std::string begin = "%0 = constant i8 0x0; %1 = constant i8 0x1; %2 = constant f64 0x3ff0000000000000; ";
  CHECK(after({common}, block_of(begin + "%3 = float_divide f64 %0, %2, %2; raise_flags %3 65; "
                                         "%5 = float_divide f64 %0, %2, %2; raise_flags %5 65")) ==
        block_of(begin + "%3 = float_divide f64 %0, %2, %2; raise_flags %3 65; raise_flags %3 65"));
  const std::string other = block_of(begin + "%3 = float_divide f64 %0, %2, %2; %4 = float_divide f64 %1, %2, %2");
  CHECK(after({common}, other) == other);
}

TEST_CASE("a load is common with one before it while nothing touched memory") {
  const std::string twice = "0x10 4\n  %0 = read_word i64 1\n  %1 = load i64 %0\n  write_word %1 2\n";
  const std::string end = "  trap illegal\n";
  CHECK(after({common}, twice + "0x14 4\n  %3 = load i64 %0\n  write_word %3 3\n0x18 4\n" + end) ==
        twice + "0x14 4\n  write_word %1 3\n0x18 4\n" + end);
  for (const char* between : {"  store %0, %0\n", "  %3 = load_reserved i64 %0\n", "  %3 = store_conditional i64 %0, %0\n",
                              "  %3 = load_update i64 %0\n  store_update %0, %3\n", "  synchronize_code\n"}) {
    const std::string text = print(*parse(twice + "0x14 4\n" + between));
    const std::size_t next = parse(text)->instructions.size();
    const std::string whole = text + "0x18 4\n  %" + std::to_string(next) + " = load i64 %0\n0x1c 4\n" + end;
    INFO(between);
    CHECK(after({common}, whole) == whole);
  }
  const std::string narrower = twice + "0x14 4\n  %3 = load i32 %0\n0x18 4\n" + end;
  CHECK(after({common}, narrower) == narrower);
}

}  // namespace diptych::ir

#include "corpus/words.hpp"

#include "tests/catch.hpp"

using namespace diptych;

TEST_CASE("lines are taken off a text") {
  std::string_view text = "a\r\n\nb\rc\r";
  CHECK(take_line(text) == "a");
  CHECK(take_line(text).empty());
  CHECK(take_line(text) == "b\rc\r");  // only before LF is CR part of a line end
  CHECK(text.empty());
}

TEST_CASE("words know where they stood") {
  Line line(7, "  ab é\tc   # d");
  CHECK(line.rest() == "ab é\tc");
  Word word = line.next();
  CHECK(word.text == "ab");
  CHECK(word.place.line == 7);
  CHECK(word.place.column() == 3);
  CHECK(line.next_is_close());
  CHECK(line.next().text == "é");
  CHECK_FALSE(line.next_is_close());
  word = line.next();
  CHECK(word.text == "c");
  CHECK(word.place.column() == 8);
  CHECK_FALSE(line.next_is_close());
  CHECK(line.next().empty());
  CHECK(line.place().column() == 12);
}

TEST_CASE("an escaped hash begins no comment") {
  CHECK(Line(1, "a \\# b # c").rest() == "a \\# b");
  CHECK(Line(1, "a \\\\# c").rest() == "a \\\\");
  CHECK(Line(1, "#").rest().empty());
}

TEST_CASE("numbers are read whole or not at all") {
  CHECK(number_in("0") == 0);
  CHECK(number_in("010") == 10);
  CHECK(number_in("18446744073709551615") == ~u64{0});
  CHECK_FALSE(number_in("18446744073709551616"));
  CHECK_FALSE(number_in("99999999999999999999999"));
  CHECK(number_in("0xFFFFffffFFFFffff") == ~u64{0});
  CHECK(number_in("0X00000000000000000000001") == 1);
  CHECK_FALSE(number_in("0x10000000000000000"));
  for (std::string_view bad : {"", "0x", "-1", "+1", "1a", "0xg", "1 ", "0b1", "1_000"}) CHECK_FALSE(number_in(bad));
  CHECK(byte_in("fF") == 255);
  for (std::string_view bad : {"", "f", "fff", "0x", " f"}) CHECK_FALSE(byte_in(bad));
}

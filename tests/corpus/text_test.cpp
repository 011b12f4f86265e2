#include "corpus/text.hpp"

#include "tests/catch.hpp"

using namespace diptych;

TEST_CASE("printable characters are told from others") {
  CHECK(printable_length("") == 0);
  CHECK(printable_length("ab") == 1);
  CHECK(printable_length("\t") == 1);
  CHECK(printable_length("\n") == 0);
  CHECK(printable_length("\x7f") == 0);
  CHECK(printable_length("é") == 2);
  CHECK(printable_length("→") == 3);
  CHECK(printable_length("\xf0\x9f\x98\x80") == 4);
  CHECK(printable_length("\xc3") == 0);              // cut off
  CHECK(printable_length("\xc3(") == 0);             // no continuation
  CHECK(printable_length("\xc0\x80") == 0);          // overlong
  CHECK(printable_length("\xe0\x80\x80") == 0);      // overlong
  CHECK(printable_length("\xf0\x80\x80\x80") == 0);  // overlong
  CHECK(printable_length("\xed\xa0\x80") == 0);      // a surrogate
  CHECK(printable_length("\xf4\x90\x80\x80") == 0);  // beyond Unicode
  CHECK(printable_length("\xc2\x9b") == 0);          // a control character of the terminal
  CHECK(printable_length("\xc2\xa0") == 2);
  CHECK(printable_length("\xe2\x80\xae") == 0);  // reverses what follows
}

TEST_CASE("quotes hold no surprises") {
  CHECK(quoted("a0") == "\"a0\"");
  CHECK(quoted("\"\\\n\xff") == "\"\\\"\\\\\\x0a\\xff\"");
  CHECK(quoted(std::string(41, 'a')) == '"' + std::string(40, 'a') + "...\"");
  CHECK(escaped("a\"b\tc\nd") == "a\"b\\x09c\\x0ad");
}

TEST_CASE("a line is tidied") {
  CHECK(tidy_line(" \t a\nb\x01 c\xff ") == "a b  c");
  CHECK(tidy_line("\n\n").empty());
  CHECK(trimmed("\t a b ") == "a b");
  CHECK(trimmed(" \t").empty());
}

#include "gdbstub/protocol/hex.hpp"

#include "tests/catch.hpp"

#include <array>

using namespace diptych::rsp;

TEST_CASE("bytes become pairs of digits in their order") {
  REQUIRE(hex(std::array<std::uint8_t, 4>{0x00, 0x7f, 0x80, 0xff}) == "007f80ff");
  REQUIRE(hex(std::string_view("O\xff")) == "4fff");
  REQUIRE(hex(std::string_view()).empty());
}

TEST_CASE("numbers have no leading zeros") {
  const auto text = [](std::uint64_t value) {
    std::string result = ":";
    append_number(result, value);
    return result;
  };
  REQUIRE(text(0) == ":0");
  REQUIRE(text(0x10) == ":10");
  REQUIRE(text(0x0123456789abcdef) == ":123456789abcdef");
  REQUIRE(text(~std::uint64_t{0}) == ":ffffffffffffffff");
}

TEST_CASE("a digit has a value, anything else none") {
  int digits = 0;
  for (int c = 0; c < 256; ++c) digits += digit(static_cast<char>(c)).has_value();
  REQUIRE(digits == 22);
  REQUIRE(digit('0') == 0);
  REQUIRE(digit('9') == 9);
  REQUIRE(digit('a') == 10);
  REQUIRE(digit('F') == 15);
}

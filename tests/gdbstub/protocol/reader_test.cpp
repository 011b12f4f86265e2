#include "gdbstub/protocol/reader.hpp"

#include "tests/catch.hpp"

using namespace diptych::rsp;

namespace {

std::optional<std::uint64_t> number(std::string_view text, std::uint64_t most = ~std::uint64_t{0}) {
  return Reader(text).take_number(most);
}

}  // namespace

TEST_CASE("a number is hexadecimal, unsigned and bounded") {
  REQUIRE(number("0") == 0);
  REQUIRE(number("1aF,") == 0x1af);
  REQUIRE(number("ffffffffffffffff") == ~std::uint64_t{0});
  REQUIRE(number("000000000000000000000000000001") == 1);
  REQUIRE_FALSE(number("10000000000000000"));
  REQUIRE_FALSE(number("fffffffffffffffff0"));
  REQUIRE_FALSE(number("-1"));
  REQUIRE_FALSE(number("+1"));
  REQUIRE_FALSE(number(" 1"));
  REQUIRE_FALSE(number(""));
  REQUIRE_FALSE(number("x"));
  REQUIRE(number("46", 70) == 70);
  REQUIRE_FALSE(number("47", 70));
}

TEST_CASE("what cannot be taken stays") {
  Reader reader("47,rest");
  REQUIRE_FALSE(reader.take_number(0x46));
  REQUIRE_FALSE(reader.take(','));
  REQUIRE_FALSE(reader.take("48"));
  REQUIRE_FALSE(reader.take_hex());
  REQUIRE(reader.rest() == "47,rest");
  REQUIRE(reader.take("47"));
  REQUIRE(reader.take(','));
  REQUIRE(reader.take_until(":;") == "rest");
  REQUIRE(reader.at_end());
  REQUIRE_FALSE(reader.take('x'));
}

TEST_CASE("bytes are pairs of digits to the end") {
  REQUIRE(Reader("00fF").take_hex() == std::vector<std::uint8_t>{0, 0xff});
  REQUIRE(Reader("").take_hex() == std::vector<std::uint8_t>{});
  REQUIRE_FALSE(Reader("0").take_hex());
  REQUIRE_FALSE(Reader("0g").take_hex());
  REQUIRE(Reader("a}\x03").take_binary() == std::vector<std::uint8_t>{'a', '#'});
  REQUIRE_FALSE(Reader("a}").take_binary());
}

TEST_CASE("a range does not wrap") {
  const auto range = [](std::string_view text) {
    Reader reader(text);
    return take_range(reader).has_value();
  };
  REQUIRE(range("10000,40"));
  REQUIRE(range("0,ffffffffffffffff"));
  REQUIRE(range("ffffffffffffffff,1"));
  REQUIRE(range("ffffffffffffffff,0"));
  REQUIRE_FALSE(range("ffffffffffffffff,2"));
  REQUIRE_FALSE(range("2,ffffffffffffffff"));
  REQUIRE_FALSE(range("10000"));
  REQUIRE_FALSE(range("10000,"));
  REQUIRE_FALSE(range("10000,-1"));
}

#include "gdbstub/agent/format.hpp"

#include "tests/catch.hpp"

using namespace diptych;
using namespace diptych::gdb::agent;

namespace {

std::optional<std::string> formatted(std::string_view text, std::vector<u64> arguments = {}) {
  return format(text, arguments, [](u64 address) { return "<" + std::to_string(address) + ">"; });
}

}  // namespace

TEST_CASE("numbers are as wide as their directive says") {
  REQUIRE(formatted("%d %u", {0xffffffff, 0xffffffffffffffff}) == "-1 4294967295");
  REQUIRE(formatted("%ld %lu", {~u64{0}, ~u64{0}}) == "-1 18446744073709551615");
  REQUIRE(formatted("%hhd %hd %llx", {0x1ff, 0x18000, 0x123456789abcdef0}) == "-1 -32768 123456789abcdef0");
  REQUIRE(formatted("%5d|%-5d|%05d|%+d", {1, 2, 3, 4}) == "    1|2    |00003|+4");
  REQUIRE(formatted("%#x %X %o", {255, 255, 8}) == "0xff FF 10");
}

TEST_CASE("characters, strings, pointers and percent signs") {
  REQUIRE(formatted("%c%c", {'a', 'b'}) == "ab");
  REQUIRE(formatted("%s %p %%", {7, 0x10}) == "<7> 0x10 %");
  REQUIRE(formatted("%.2s", {7}) == "<7");
  REQUIRE(formatted("") == "");
}

TEST_CASE("what cannot be printed is refused") {
  for (const char* bad : {"%", "%d", "%f", "%n", "%*d", "%1000d", "%.1000d", "%-", "%l"})
    REQUIRE_FALSE(formatted(bad, std::string_view(bad) == "%d" ? std::vector<u64>{} : std::vector<u64>{1, 2}));
}

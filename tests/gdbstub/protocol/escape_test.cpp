#include "gdbstub/protocol/escape.hpp"

#include "tests/catch.hpp"

using namespace diptych::rsp;

TEST_CASE("every byte survives being escaped, and none that frames a packet is left") {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  std::string escaped;
  append_escaped(escaped, all);
  REQUIRE(escaped.size() == all.size() + 4);
  REQUIRE(escaped.find_first_of("#$*") == std::string::npos);
  const auto back = unescape(escaped);
  REQUIRE(back);
  REQUIRE(std::string(back->begin(), back->end()) == all);
}

TEST_CASE("an escape at the end has lost what it escaped") {
  REQUIRE_FALSE(unescape("ab}"));
  REQUIRE_FALSE(expand_reply("ab}", 100));
}

TEST_CASE("a run is the character before it, repeated") {
  REQUIRE(expand_reply("0* ", 100) == "0000");         // ' ' is 32: three more
  REQUIRE(expand_reply("ab*\"c", 100) == "abbbbbbc");  // '"' is 34: five more
  REQUIRE(expand_reply("a}\x03", 100) == "a#");
  REQUIRE(expand_reply("}\x0a* ", 100) == "****");
  REQUIRE_FALSE(expand_reply("* ", 100));      // nothing before it
  REQUIRE_FALSE(expand_reply("0*", 100));      // no count
  REQUIRE_FALSE(expand_reply("0*\x1f", 100));  // a count below three
  REQUIRE_FALSE(expand_reply("0*\xff", 100));  // not printable
}

TEST_CASE("an expanded reply stays within its bound") {
  REQUIRE(expand_reply("0*~", 98) == std::string(98, '0'));
  REQUIRE_FALSE(expand_reply("0*~", 97));
  REQUIRE(expand_reply("abc", 3) == "abc");
  REQUIRE_FALSE(expand_reply("abcd", 3));
}

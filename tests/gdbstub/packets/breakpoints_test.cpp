#include "tests/gdbstub/conversation.hpp"

using namespace diptych;
using namespace diptych::gdb;

TEST_CASE("breakpoints of both kinds are set and removed") {
  Conversation with;
  for (const char* type : {"0", "1"}) {
    const std::string place = std::string(type) + ",1000a,2";
    REQUIRE(with.ask("Z" + place) == "OK");
    REQUIRE(with.ask("Z" + place) == "OK");
    REQUIRE(with.ask("c10000").find("20:0a00010000000000") != std::string::npos);
    REQUIRE(with.ask("z" + place) == "OK");
    REQUIRE(with.ask("z" + place) == "OK");
    REQUIRE(with.ask("c10000").find("20:1000010000000000") != std::string::npos);
  }
}

TEST_CASE("a debugger that leaves takes its breakpoints along") {
  Conversation with;
  REQUIRE(with.ask("Z0,1000a,2") == "OK");
  with.session.disconnected();
  with.session.connected();
  REQUIRE(with.ask("c").find("20:1000010000000000") != std::string::npos);
}

TEST_CASE("watchpoints are not supported, and malformed breakpoints refused") {
  Conversation with;
  for (const char* other : {"Z2,20000,8", "z3,20000,8", "Z4,20000,8", "Z", "Z5", "Z10,10000,2"})
    REQUIRE(with.ask(other).empty());
  for (const char* bad : {"Z0,", "Z0,10000", "Z0,10000,", "Z0,-1,2", "Z0,10000,2,", "Z0,10000,2;X1,0", "z1,x,2"})
    REQUIRE(with.ask(bad) == "E16");
  REQUIRE(with.ask("Z0,10001,2") == "E0e");
}

#include "tests/gdbstub/conversation.hpp"

using namespace diptych;
using namespace diptych::gdb;

TEST_CASE("k ends everything without a reply, vKill with one") {
  Conversation with;
  REQUIRE(with.ask("k") == "(none)");
  REQUIRE(with.session.ended());
  REQUIRE(with.session.closing());
  Conversation other;
  for (const char* bad : {"vKill", "vKill;", "vKill;2", "vKill;-1", "vKill;1;1", "vKill1"})
    REQUIRE(other.ask(bad) != "OK");
  REQUIRE_FALSE(other.session.ended());
  REQUIRE(other.ask("vKill;1") == "OK");
  REQUIRE(other.session.ended());
}

TEST_CASE("detaching leaves the guest where it is") {
  Conversation with;
  with.ask("s");
  REQUIRE(with.ask("D;2") == "E16");
  REQUIRE(with.ask("Dx") == "E16");
  REQUIRE(with.ask("D;1") == "OK");
  REQUIRE(with.ask("D") == "OK");
  REQUIRE_FALSE(with.session.ended());
  with.session.disconnected();
  with.session.connected();
  REQUIRE(with.ask("?").find("20:0200010000000000") != std::string::npos);
}

TEST_CASE("the program's own end is the end, unless the debugger stays") {
  Conversation with;
  with.ask("c");
  REQUIRE_FALSE(with.session.ended());
  with.ask("c");
  REQUIRE(with.session.ended());
  REQUIRE_FALSE(with.session.closing());
}

TEST_CASE("a debugger that stays starts the program again") {
  Conversation with;
  REQUIRE(with.ask("!") == "OK");
  with.ask("c");
  REQUIRE(with.ask("c") == "W00");
  REQUIRE_FALSE(with.session.ended());
  REQUIRE(with.ask("vRun;").find("20:0000010000000000") != std::string::npos);
  REQUIRE(with.ask("vKill;1") == "OK");
  REQUIRE(with.ask("?") == "X09");
  REQUIRE(with.ask("R00") == "(none)");
  REQUIRE(with.ask("?").starts_with("T05"));
  REQUIRE(with.ask("k") == "(none)");
  REQUIRE(with.ask("?") == "X09");
  REQUIRE_FALSE(with.session.closing());
  // The next one finds it at its beginning.
  with.session.disconnected();
  REQUIRE_FALSE(with.session.ended());
  with.session.connected();
  REQUIRE(with.ask("?").starts_with("T05"));
}

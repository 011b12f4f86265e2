#include "tests/gdbstub/conversation.hpp"
#include "tests/gdbstub/scripted_conversation.hpp"

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

TEST_CASE("a debugger attaches to the process there is") {
  ScriptedConversation with;
  REQUIRE(with.ask("vAttach;2a").starts_with("T05"));
  REQUIRE(with.ask("vAttach;1") == "E.there is no such process here");
  REQUIRE(with.ask("vAttach") == "E.there is no such process here");
  with.ask("!");
  with.ask("vKill;2a");
  REQUIRE(with.ask("vAttach;2a") == "E.the program has ended; it can be run again");
}

TEST_CASE("what becomes of the guest without a debugger was chosen") {
  ScriptedConversation stays(Leaving::stay);
  stays.session.handle("c");
  stays.session.disconnected();
  REQUIRE_FALSE(stays.session.running());
  REQUIRE_FALSE(stays.session.ended());

  ScriptedConversation ends(Leaving::end);
  ends.session.disconnected();
  REQUIRE(ends.session.ended());

  ScriptedConversation goes_on(Leaving::go_on);
  goes_on.ask("Z0,1000,2");
  goes_on.target.script = {Halt{.signal = Signal::segmentation}};
  goes_on.ask("c");
  goes_on.session.disconnected();
  REQUIRE(goes_on.session.running());
  REQUIRE(goes_on.target.breakpoints.empty());
  REQUIRE(goes_on.target.resumed.back().signal == Signal::segmentation);
  goes_on.target.script = {std::nullopt, Halt{.signal = Signal{15}}, std::nullopt};
  for (int i = 0; i < 3; ++i) goes_on.session.advance_alone();
  REQUIRE(goes_on.session.running());
  REQUIRE(goes_on.target.resumed.back().signal == Signal{15});
  // The next debugger halts it.
  goes_on.session.connected();
  REQUIRE_FALSE(goes_on.session.running());
  REQUIRE(goes_on.ask("?").starts_with("T02"));
  goes_on.session.disconnected();
  goes_on.target.script = {Halt{.kind = HaltKind::exited}};
  goes_on.session.advance_alone();
  REQUIRE(goes_on.session.ended());
}

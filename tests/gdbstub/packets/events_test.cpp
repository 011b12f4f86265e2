#include "tests/gdbstub/conversation.hpp"
#include "tests/gdbstub/scripted_conversation.hpp"

using namespace diptych;
using namespace diptych::gdb;

TEST_CASE("signals that are to pass are told to the target, until the debugger leaves") {
  ScriptedConversation with;
  REQUIRE(with.ask("QPassSignals:e;14;") == "OK");
  REQUIRE(with.target.passed == std::vector<Signal>{Signal{14}, Signal{20}});
  REQUIRE(with.ask("QPassSignals:") == "OK");
  REQUIRE(with.target.passed.empty());
  with.ask("QPassSignals:e");
  with.session.disconnected();
  REQUIRE(with.target.passed.empty());
  REQUIRE(with.ask("QProgramSignals:0;1;2") == "OK");
  for (const char* bad : {"QPassSignals", "QPassSignals:x", "QPassSignals:100", "QProgramSignals:-1"})
    REQUIRE(with.ask(bad) == "E16");
}

TEST_CASE("system calls are caught: none, all, or some") {
  ScriptedConversation with;
  REQUIRE(with.ask("QCatchSyscalls:1;40;5d") == "OK");
  REQUIRE(with.target.caught == std::vector<u64>{0x40, 0x5d});
  REQUIRE(with.ask("QCatchSyscalls:1") == "OK");
  REQUIRE(with.target.caught == std::vector<u64>{});
  REQUIRE(with.ask("QCatchSyscalls:0") == "OK");
  REQUIRE(with.target.caught == std::nullopt);
  with.ask("QCatchSyscalls:1");
  with.session.disconnected();
  REQUIRE(with.target.caught == std::nullopt);
  for (const char* bad : {"QCatchSyscalls", "QCatchSyscalls:", "QCatchSyscalls:2", "QCatchSyscalls:1x", "QCatchSyscalls:0;1"})
    REQUIRE(with.ask(bad) == "E16");
  Conversation of_case;
  REQUIRE(of_case.ask("QCatchSyscalls:1") == "E26");
}

#include "tests/gdbstub/conversation.hpp"
#include "tests/gdbstub/scripted_conversation.hpp"

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

TEST_CASE("other kinds are not supported, and malformed ones refused") {
  Conversation with;
  for (const char* other : {"Z5", "z5,20000,8", "Z10,10000,2"}) REQUIRE(with.ask(other).empty());
  for (const char* bad :
       {"Z", "Z0,", "Z0,10000", "Z0,10000,", "Z0,-1,2", "Z0,10000,2,", "Z0,10000,2;X1,0", "z1,x,2", "Z0,10000,2;X2,00",
        "Z0,10000,2;X-1,", "Z0,10000,2;cmds:", "Z0,10000,2;cmds:2,X1,00", "Z0,10000,2;cmds:0,X1,000",
        "z0,10000,2;X1,00", "Z2,20000,0", "Z2,ffffffffffffffff,2", "z3,20000,0", "Z4,20000,8;X1,00"})
    REQUIRE(with.ask(bad) == "E16");
  REQUIRE(with.ask("Z0,10001,2") == "E0e");
}

TEST_CASE("watchpoints of each kind reach the target") {
  ScriptedConversation with;
  REQUIRE(with.ask("Z2,2000,8") == "OK");
  REQUIRE(with.ask("Z3,2008,1") == "OK");
  REQUIRE(with.ask("Z4,2010,4") == "OK");
  REQUIRE(with.target.breakpoints == std::vector<std::string>{"watch w 2000 8", "watch r 2008 1", "watch rw 2010 4"});
  REQUIRE(with.ask("z3,2008,1") == "OK");
  REQUIRE(with.target.breakpoints.size() == 2);
  with.target.can_watch = false;
  REQUIRE(with.ask("Z2,3000,8") == "E0e");
}

namespace {

// Equality of a0 with a number, as gdb writes it: register 10, const8, equal, end.
std::string a0_is(int number) {
  char text[40];
  std::snprintf(text, sizeof text, "X7,26000a22%02x1327", number);
  return text;
}

std::string loop_condition(int number) { return "Z0,10008,2;" + a0_is(number); }

}  // namespace

TEST_CASE("a breakpoint counts where its condition holds, and the rest is not told") {
  Conversation with;
  REQUIRE(with.ask(loop_condition(12)) == "OK");  // 5 + 4 + 3
  REQUIRE(with.ask("c").find("20:0800010000000000") != std::string::npos);
  REQUIRE(with.register_value(10) == 12);
  REQUIRE(with.ask("c").find("20:1000010000000000") != std::string::npos);
  // Two conditions are alternatives, and a breakpoint set again has new ones.
  REQUIRE(with.ask("Z0,10008,2;" + a0_is(9) + a0_is(14)) == "OK");
  REQUIRE(with.ask("c10000").find("20:0800010000000000") != std::string::npos);
  REQUIRE(with.register_value(10) == 9);
  with.ask("c");
  REQUIRE(with.register_value(10) == 14);
  REQUIRE(with.ask("Z0,10008,2") == "OK");
  with.ask("c10000");
  REQUIRE(with.register_value(10) == 5);
}

TEST_CASE("a condition that cannot be evaluated is a reason to halt") {
  Conversation with;
  REQUIRE(with.ask("Z1,10008,2;X4,26ffff27") == "OK");
  REQUIRE(with.ask("c").find("20:0800010000000000") != std::string::npos);
}

TEST_CASE("a step that comes to a breakpoint halts there whatever its condition") {
  Conversation with;
  REQUIRE(with.ask("Z0,10002,2;X3,220027") == "OK");
  REQUIRE(with.ask("s").find("20:0200010000000000") != std::string::npos);
  // A range does not.
  REQUIRE(with.ask("Z0,10006,2;X3,220027") == "OK");
  REQUIRE(with.ask("vCont;r10000,1000a:1").find("20:0a00010000000000") != std::string::npos);
}

TEST_CASE("commands at a breakpoint print in the console, and the guest goes on") {
  Conversation with;
  // a0; 0 and 0: no function, no channel; printf with one argument.
  const std::string print = "26000a2200220034010006" + rsp::hex(std::string_view("a0=%d")) + "0027";
  REQUIRE(with.ask("Z0,10008,2;" + a0_is(9) + ";cmds:1,X12," + print) == "OK");
  REQUIRE(with.ask("c").find("20:1000010000000000") != std::string::npos);
  REQUIRE(with.session.take_console() == "a0=9");
  REQUIRE(with.session.take_console().empty());
}

TEST_CASE("a hit that is refused resumes as before, without the signal") {
  ScriptedConversation with;
  REQUIRE(with.ask("Z0,1000,2;X3,220027") == "OK");
  const Halt hit = {.reason = HaltReason::software_breakpoint};
  with.target.script = {hit, hit, Halt{.signal = Signal::segmentation}};
  REQUIRE(with.ask("vCont;C0f:p2a.1").starts_with("T0b"));
  REQUIRE(with.target.resumed.size() == 3);
  REQUIRE(with.target.resumed[0].signal == Signal{15});
  REQUIRE_FALSE(with.target.resumed[1].signal);
}

TEST_CASE("expressions do not fill the memory") {
  ScriptedConversation with;
  const std::string expression = "X7000," + std::string(2 * 0x7000, '0');
  std::size_t refused = 0;
  for (int i = 0; i < 1000; ++i) {
    char place[40];
    std::snprintf(place, sizeof place, "Z0,%x,2;", 0x1000 + 2 * i);
    refused += with.ask(place + expression) != "OK";
  }
  REQUIRE(refused > 0);
  REQUIRE(refused < 1000);
}

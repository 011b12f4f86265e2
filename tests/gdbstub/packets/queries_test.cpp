#include "tests/gdbstub/conversation.hpp"

using namespace diptych;
using namespace diptych::gdb;

TEST_CASE("what is supported is told") {
  Conversation with;
  REQUIRE(with.ask("qSupported:multiprocess+;swbreak-;hwbreak+;xmlRegisters=i386;;") ==
          "PacketSize=20000;QStartNoAckMode+;QNonStop+;vContSupported+;swbreak+;hwbreak+;multiprocess+;error-message+"
          ";binary-upload+;ConditionalBreakpoints+;BreakpointCommands+;QPassSignals+;QProgramSignals+"
          ";QDisableRandomization+;QStartupWithShell+;QEnvironmentHexEncoded+;QEnvironmentUnset+;QEnvironmentReset+"
          ";qXfer:features:read+;qXfer:threads:read+;qXfer:osdata:read+;qXfer:memory-map:read+;ReverseStep+;ReverseContinue+");
  REQUIRE(with.session.client().multiprocess);
  REQUIRE(with.session.client().hardware_breakpoints);
  REQUIRE_FALSE(with.session.client().software_breakpoints);
  REQUIRE(with.ask("qSupported").starts_with("PacketSize=20000;"));
}

TEST_CASE("what is unknown has an empty reply") {
  Conversation with;
  for (const char* packet :
       {"", "vMustReplyEmpty", "vWhat", "qWhat:1", "QWhat", "qTStatus", "b", "}", "\x01", "A1,2,3",
        "qSupport", "vFile:what:2f,0,0", "qP", "qL1", "i", "t1,2,3"})
    REQUIRE(with.ask(packet).empty());
}

TEST_CASE("the target description comes in parts of any size") {
  Conversation with;
  const std::string whole = with.ask("qXfer:features:read:target.xml:0,ffff");
  REQUIRE(whole.starts_with("l<?xml"));
  std::string parts;
  for (int i = 0;; ++i) {
    REQUIRE(i < 200);
    char request[64];
    snprintf(request, sizeof request, "qXfer:features:read:target.xml:%zx,fb", parts.size());
    const std::string part = with.ask(request);
    REQUIRE(part.size() <= 0xfc);
    parts += part.substr(1);
    if (part[0] == 'l') break;
    REQUIRE(part[0] == 'm');
  }
  REQUIRE(parts == whole.substr(1));
  REQUIRE(parts.find("org.gnu.gdb.riscv.cpu") != std::string::npos);
  REQUIRE(parts.find("org.gnu.gdb.riscv.fpu") != std::string::npos);
  REQUIRE(parts.find("org.gnu.gdb.riscv.csr") != std::string::npos);
}

TEST_CASE("what cannot be transferred is refused") {
  Conversation with;
  REQUIRE(with.ask("qXfer:features:read:other.xml:0,100") == "E00");
  REQUIRE(with.ask("qXfer:features:read:target.xml:fffff,100") == "E16");
  REQUIRE(with.ask("qXfer:features:read:target.xml:0") == "E16");
  REQUIRE(with.ask("qXfer:features:read:target.xml") == "E16");
  REQUIRE(with.ask("qXfer:features:read:target.xml:-1,100") == "E16");
  REQUIRE(with.ask("qXfer:features:read:target.xml:0,100x") == "E16");
  REQUIRE(with.ask("qXfer:features:write:target.xml:0:00").empty());
  REQUIRE(with.ask("qXfer:auxv:read::0,100") == "E00");
  REQUIRE(with.ask("qXfer") == "E16");
  REQUIRE(with.ask("qXfer:features:read:target.xml:0,0") == "m");
}

TEST_CASE("questions about a program's file have an answer") {
  Conversation with;
  REQUIRE(with.ask("qOffsets") == "Text=0;Data=0;Bss=0");
  REQUIRE(with.ask("qSymbol::") == "OK");
}

TEST_CASE("acknowledgements stop when asked to") {
  Conversation with;
  REQUIRE(with.session.client().acknowledges);
  REQUIRE(with.ask("QStartNoAckMode") == "OK");
  REQUIRE_FALSE(with.session.client().acknowledges);
}

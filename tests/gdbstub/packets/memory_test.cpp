#include "gdbstub/protocol/escape.hpp"
#include "gdbstub/protocol/hex.hpp"
#include "tests/gdbstub/conversation.hpp"
#include "tests/gdbstub/scripted_conversation.hpp"

using namespace diptych;
using namespace diptych::gdb;

TEST_CASE("memory is read as far as it goes") {
  Conversation with;
  REQUIRE(with.ask("m10000,4") == "01459545");
  REQUIRE(with.ask("m1000e,40") == "25d2");
  REQUIRE(with.ask("m20010,a") == "646970747963687d2324");
  REQUIRE(with.ask("m10010,1") == "E0e");
  REQUIRE(with.ask("mffffffffffffffff,1") == "E0e");
  REQUIRE(with.ask("m20000,ffffffff").size() == 2 * sample_data_size);
}

TEST_CASE("a read never exceeds what a packet holds") {
  Case some = sample_case();
  some.program.memory[0].size = 0x100000;
  Conversation with(some);
  REQUIRE(with.ask("m20000,100000").size() == packet_size);
}

TEST_CASE("memory is written in hexadecimal and in binary") {
  Conversation with;
  REQUIRE(with.ask("M20000,3:01fF7d") == "OK");
  REQUIRE(with.ask("m20000,4") == "01ff7d00");
  std::string binary = "X20001,5:";
  rsp::append_escaped(binary, "#$}*\x03");
  REQUIRE(with.ask(binary) == "OK");
  REQUIRE(with.ask("m20000,7") == "0123247d2a0300");
  REQUIRE(with.ask("X20000,0:") == "OK");
}

TEST_CASE("a malformed request for memory is refused and changes nothing") {
  Conversation with;
  for (const char* bad : {"m", "m20000", "m20000,", "m20000,-1", "m-1,4", "m20000,4,4", "m20000,10000000000000000",
                          "mffffffffffffffff,2", "M20000,2:01", "M20000,1:0101", "M20000,1:0", "M20000,1:zz",
                          "M20000,1", "X20000,2:a", "X20000,1:ab", "X20000,1:}", "X20000,1"})
    REQUIRE(with.ask(bad) == "E16");
  REQUIRE(with.ask("M21fff,2:0101") == "E0e");
  REQUIRE(with.ask("M30000,1:01") == "E0e");
  REQUIRE(with.ask("m21fff,1") == "00");
  REQUIRE(with.ask("m20000,2") == "0000");
}

TEST_CASE("a breakpoint leaves no trace in memory") {
  Conversation with;
  REQUIRE(with.ask("Z0,10004,2") == "OK");
  REQUIRE(with.ask("m10004,2") == "2e95");
}

TEST_CASE("qCRC agrees with gdb's own sum") {
  Conversation with;
  // crc32("123456789") of the polynomial 04c11db7, not reflected, from all ones, not inverted.
  REQUIRE(with.ask("M20000,9:" + rsp::hex(std::string_view("123456789"))) == "OK");
  REQUIRE(with.ask("qCRC:20000,9") == "C376e6e7");
  REQUIRE(with.ask("qCRC:20000,0") == "Cffffffff");
  REQUIRE(with.ask("qCRC:20000,100000") == "E0e");
  REQUIRE(with.ask("qCRC:20000") == "E16");
  REQUIRE(with.ask("qCRC") == "E16");
}

TEST_CASE("a pattern is searched for, over the ends of what is read at once") {
  Case some = sample_case();
  some.program.memory[0].size = 0x300000;
  some.program.contents.push_back({0x20000 + 0x100000 - 2, {'h', 'e', 'r', 'e'}});
  Conversation with(some);
  REQUIRE(with.ask("qSearch:memory:20000;300000;here") == "1,11fffe");
  REQUIRE(with.ask("qSearch:memory:20000;100002;here") == "1,11fffe");
  REQUIRE(with.ask("qSearch:memory:20000;100001;here") == "0");
  REQUIRE(with.ask("qSearch:memory:11ffff;1000;here") == "0");
  REQUIRE(with.ask("qSearch:memory:20000;300000;nowhere") == "0");
  REQUIRE(with.ask("qSearch:memory:20000;2;here") == "0");
  REQUIRE(with.ask("qSearch:memory:20000;300001;nowhere") == "E0e");
  REQUIRE(with.ask("qSearch:memory:20000;ffffffffffff;ptych}]") == "1,20012");
  REQUIRE(with.ask("qSearch:memory:20000;100;") == "E16");
  REQUIRE(with.ask("qSearch:memory:20000;100") == "E16");
  REQUIRE(with.ask("qSearch:memory:2;ffffffffffffffff;a") == "E16");
  REQUIRE(with.ask("qSearch:files:2;3;a").empty());
}

TEST_CASE("x carries bytes as they are") {
  Conversation with;
  REQUIRE(with.ask("x20010,a") == "bdiptych}]}\x03}\x04");
  REQUIRE(with.ask("x0,0") == "b");
  REQUIRE(with.ask("x0,1") == "E0e");
  REQUIRE(with.ask("x20000") == "E16");
  REQUIRE(with.ask("x20000,-1") == "E16");
}

TEST_CASE("a packet full of memory fits, whatever has to be escaped") {
  ScriptedConversation with;
  std::ranges::fill(with.target.memory, u8{'a'});
  REQUIRE(with.ask("x1000,ffffff").size() == packet_size);
  REQUIRE(with.ask("m1000,ffffff").size() == packet_size);
  std::ranges::fill(with.target.memory, u8{'}'});
  const std::size_t escaped = with.ask("x1000,ffffff").size();
  REQUIRE(escaped <= packet_size);
  REQUIRE(escaped > packet_size / 2);
}

TEST_CASE("a debugger gets memory of its own where the target has some") {
  ScriptedConversation with;
  REQUIRE(with.ask("_M1000,rwx") == "101000");
  REQUIRE(with.ask("_m101000") == "OK");
  REQUIRE(with.ask("_m5") == "E0e");
  for (const char* bad : {"_M", "_M1000", "_M1000,q", "_M0,rw", "_M-1,rw", "_m", "_mx"}) REQUIRE(with.ask(bad) == "E16");
  with.target.full = true;
  REQUIRE(with.ask("_M1000,rw") == "E26");
  with.target.can_allocate = false;
  REQUIRE(with.ask("_M1000,rw").empty());
}

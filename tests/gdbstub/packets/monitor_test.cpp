#include "gdbstub/protocol/hex.hpp"
#include "gdbstub/protocol/reader.hpp"
#include "tests/gdbstub/conversation.hpp"
#include "tests/gdbstub/scripted_conversation.hpp"

using namespace diptych;
using namespace diptych::gdb;

namespace {

std::string monitor(Conversation& with, std::string_view line) {
  const auto bytes = rsp::Reader(with.ask("qRcmd," + rsp::hex(line))).take_hex();
  REQUIRE(bytes);
  return {bytes->begin(), bytes->end()};
}

}  // namespace

TEST_CASE("help lists every command") {
  Conversation with;
  REQUIRE(monitor(with, "help").find("  status ") != std::string::npos);
  REQUIRE(monitor(with, "") == monitor(with, " help\t"));
}

TEST_CASE("status says where the guest stands") {
  Conversation with;
  REQUIRE(monitor(with, "status").starts_with("At the beginning.\n0 instructions"));
  with.ask("c");
  REQUIRE(monitor(with, "status").starts_with("At the end of the code.\n19 instructions"));
}

TEST_CASE("no such command, no command at all") {
  Conversation with;
  REQUIRE(monitor(with, "dance").starts_with("There is no such command"));
  REQUIRE(with.ask("qRcmd,6") == "E16");
  REQUIRE(with.ask("qRcmd,zz") == "E16");
  REQUIRE(with.ask("qRcmd") == "E16");
}

TEST_CASE("the target adds commands of its own, with arguments, and their names may be cut short") {
  ScriptedConversation with;
  with.target.own_commands = {
      {"dance", "and sing", [](std::string_view how) { return "danced '" + std::string(how) + "'"; }},
      {"silent", "says nothing", [](std::string_view) { return std::string(); }},
      {"long", "says much", [](std::string_view) { return std::string(500'000, 'x'); }}};
  const auto ask = [&](std::string_view line) { return with.ask("qRcmd," + with.text(line)); };
  REQUIRE(ask(" dance  very slow ") == with.text("danced 'very slow'"));
  REQUIRE(ask("da 1") == with.text("danced '1'"));
  REQUIRE(ask("s") == with.text("There is no such command; `monitor help` lists those there are.\n"));
  REQUIRE(ask("silent") == "OK");
  REQUIRE(ask("long").size() == packet_size);
  REQUIRE(ask("help").find(with.text("  dance   and sing\n")) != std::string::npos);
}

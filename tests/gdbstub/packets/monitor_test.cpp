#include "gdbstub/protocol/hex.hpp"
#include "gdbstub/protocol/reader.hpp"
#include "tests/gdbstub/conversation.hpp"

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
  REQUIRE(monitor(with, "help").find("  status    why") != std::string::npos);
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

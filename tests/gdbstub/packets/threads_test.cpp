#include "gdbstub/protocol/hex.hpp"
#include "tests/gdbstub/conversation.hpp"

using namespace diptych;
using namespace diptych::gdb;

TEST_CASE("there is one thread") {
  Conversation with;
  REQUIRE(with.ask("qC") == "QC1");
  REQUIRE(with.ask("qfThreadInfo") == "m1");
  REQUIRE(with.ask("qsThreadInfo") == "l");
  REQUIRE(with.ask("qThreadExtraInfo,1") == rsp::hex(std::string_view("the case")));
  REQUIRE(with.ask("qThreadExtraInfo,2") == "E03");
  REQUIRE(with.ask("qThreadExtraInfo") == "E16");
  REQUIRE(with.ask("qAttached") == "0");
  REQUIRE(with.ask("qAttached:1") == "0");
}

TEST_CASE("it is called by its process too where that was agreed") {
  Conversation with;
  with.ask("qSupported:multiprocess+");
  REQUIRE(with.ask("qC") == "QCp1.1");
  REQUIRE(with.ask("qfThreadInfo") == "mp1.1");
  REQUIRE(with.ask("?").ends_with(";thread:p1.1;"));
  with.ask("c");
  REQUIRE(with.ask("c") == "W00;process:1");
}

TEST_CASE("only the thread there is can be selected or is alive") {
  Conversation with;
  for (const char* packet : {"Hg0", "Hg1", "Hc-1", "Hgp0.0", "Hcp1.-1", "Hgp1.1", "T1", "Tp1.1"})
    REQUIRE(with.ask(packet) == "OK");
  for (const char* packet : {"Hg2", "Hcp2.1", "T2", "Tp1.2", "T7fffffff"}) REQUIRE(with.ask(packet) == "E03");
  for (const char* packet : {"H", "Hg", "Hx1", "Hg-2", "Hg1x", "T", "Tx", "Hg80000000"})
    REQUIRE(with.ask(packet) == "E16");
}

#include "gdbstub/protocol/hex.hpp"
#include "tests/gdbstub/conversation.hpp"
#include "tests/gdbstub/scripted_conversation.hpp"

using namespace diptych;
using namespace diptych::gdb;

TEST_CASE("there is one thread") {
  Conversation with;
  REQUIRE(with.ask("qC") == "QC1");
  REQUIRE(with.ask("qfThreadInfo") == "m1");
  REQUIRE(with.ask("qsThreadInfo") == "l");
  REQUIRE(with.ask("qThreadExtraInfo,1") == rsp::hex(std::string_view("baseline")));
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

namespace {

struct Pair : ScriptedConversation {
  Pair() {
    target.all_threads = {{.number = 1, .name = "engine"}, {.number = 2, .name = "reference"}};
    target.register_of(1, 10) = 0x11;
    target.register_of(2, 10) = 0x22;
    session.connected();
  }
};

}  // namespace

TEST_CASE("of two threads the one selected is read and written") {
  Pair with;
  REQUIRE(with.ask("qfThreadInfo") == "m1,2");
  REQUIRE(with.ask("pa") == "1100000000000000");
  REQUIRE(with.ask("Hg2") == "OK");
  REQUIRE(with.ask("pa") == "2200000000000000");
  REQUIRE(with.ask("Hg0") == "OK");  // whichever: the one that is selected
  REQUIRE(with.ask("qC") == "QC2");
  REQUIRE(with.ask("Pa=3300000000000000") == "OK");
  REQUIRE(with.target.register_of(2, 10) == 0x33);
  REQUIRE(with.target.register_of(1, 10) == 0x11);
  REQUIRE(with.ask("Hg3") == "E03");
  REQUIRE(with.ask("qThreadExtraInfo,2") == with.text("reference"));
}

TEST_CASE("a halt is told of the thread that was resumed by name, or selected") {
  Pair with;
  REQUIRE(with.ask("vCont;s:2;c").find("thread:2;") != std::string::npos);
  REQUIRE(with.target.resumed.back().thread == 0);
  REQUIRE(with.target.resumed.back().kind == ResumeKind::step);
  REQUIRE(with.ask("qC") == "QC2");
  REQUIRE(with.ask("Hg1") == "OK");
  REQUIRE(with.ask("vCont;c").find("thread:1;") != std::string::npos);
  with.target.script = {Halt{.thread = 2}};
  REQUIRE(with.ask("c").find("thread:2;") != std::string::npos);
  REQUIRE(with.ask("vCont;s:1").find("thread:1;") != std::string::npos);
  REQUIRE(with.target.resumed.back().thread == 1);
}

TEST_CASE("a thread's data of its own lies where its pointer says") {
  Pair with;
  with.target.register_of(2, 4) = 0x5000;
  REQUIRE(with.ask("qGetTLSAddr:2,10,0") == "5010");
  REQUIRE(with.ask("qGetTLSAddr:p2a.2,fffffffffffffff8,0") == "4ff8");
  REQUIRE(with.ask("qGetTLSAddr:3,10,0") == "E03");
  for (const char* bad : {"qGetTLSAddr", "qGetTLSAddr:2", "qGetTLSAddr:2,10", "qGetTLSAddr:2,10,0x"})
    REQUIRE(with.ask(bad) == "E16");
  Conversation of_case;
  REQUIRE(of_case.ask("qGetTLSAddr:1,10,0").empty());
}

#include "gdbstub/link.hpp"
#include "tests/gdbstub/scripted_conversation.hpp"

using namespace diptych;
using namespace diptych::gdb;

namespace {

struct NonStop : ScriptedConversation {
  NonStop() {
    target.all_threads = {{.number = 1, .name = "engine"}, {.number = 2, .name = "reference"}};
    session.connected();
    REQUIRE(ask("QNonStop:1") == "OK");
  }
};

}  // namespace

TEST_CASE("halts of all threads are told one by one") {
  NonStop with;
  REQUIRE(with.ask("?").find("thread:1;") != std::string::npos);
  REQUIRE(with.ask("vStopped").find("thread:2;") != std::string::npos);
  REQUIRE(with.ask("vStopped") == "OK");
  REQUIRE(with.ask("vStopped") == "OK");
}

TEST_CASE("who runs is spoken to, and halts with a notification") {
  NonStop with;
  REQUIRE(with.ask("vCont;c") == "OK");
  REQUIRE(with.session.running());
  REQUIRE_FALSE(with.session.busy());
  REQUIRE(with.ask("?") == "OK");  // nobody has halted
  REQUIRE(with.ask("m1000,4") == "00000000");
  REQUIRE(with.ask("g") == "E10");
  REQUIRE(with.ask("Z0,1004,2") == "OK");
  with.target.script = {Halt{.reason = HaltReason::write_watch, .detail = 8, .thread = 2}};
  REQUIRE_FALSE(with.session.advance());
  REQUIRE_FALSE(with.session.running());
  const auto told = with.session.take_notification();
  REQUIRE(told);
  REQUIRE(told->starts_with("Stop:T00"));
  REQUIRE(told->find("thread:1;") != std::string::npos);
  REQUIRE_FALSE(with.session.take_notification());
  REQUIRE(with.ask("vStopped").ends_with("thread:2;watch:8;"));
  REQUIRE(with.ask("vStopped") == "OK");
  REQUIRE(with.ask("g").size() > 100);
}

TEST_CASE("threads are stopped on demand") {
  NonStop with;
  REQUIRE(with.ask("vCont;c") == "OK");
  REQUIRE(with.ask("vCont;t") == "OK");
  REQUIRE(with.session.take_notification()->starts_with("Stop:T00"));
  REQUIRE(with.ask("vStopped").starts_with("T00"));
  REQUIRE(with.ask("vStopped") == "OK");
  REQUIRE(with.ask("vCont;t") == "OK");  // nothing to stop, nothing to be told
  REQUIRE_FALSE(with.session.take_notification());
  REQUIRE(with.ask("vCont;c") == "OK");
  REQUIRE(with.ask("vCtrlC") == "OK");
  REQUIRE(with.session.take_notification()->starts_with("Stop:T02"));
}

TEST_CASE("only those that moved are told of") {
  NonStop with;
  REQUIRE(with.ask("vCont;s:2") == "OK");
  REQUIRE(with.target.resumed.back().thread == 2);
  REQUIRE_FALSE(with.session.advance());
  REQUIRE(with.session.take_notification()->find("thread:2;") != std::string::npos);
  REQUIRE(with.ask("vStopped") == "OK");
}

TEST_CASE("one that follows another on its way goes along") {
  NonStop with;
  REQUIRE(with.ask("vCont;c:1") == "OK");
  REQUIRE(with.ask("p0") == "E10");
  REQUIRE(with.ask("vCont;c:1") == "OK");  // it runs already
  REQUIRE(with.target.resumed.size() == 1);
  REQUIRE(with.ask("vCont;c:2") == "OK");
  REQUIRE(with.target.resumed.back().thread == 0);
}

TEST_CASE("the end is told like a halt") {
  NonStop with;
  with.ask("vCont;c");
  with.target.script = {Halt{.kind = HaltKind::exited, .exit_code = 3}};
  with.session.advance();
  REQUIRE(with.session.take_notification() == "Stop:W03");
  REQUIRE(with.ask("vStopped") == "OK");
  REQUIRE(with.ask("?") == "W03");
  REQUIRE(with.ask("vStopped") == "OK");
}

TEST_CASE("a debugger that changes its mind finds all halted") {
  NonStop with;
  with.ask("vCont;c");
  REQUIRE(with.ask("QNonStop:0") == "OK");
  REQUIRE_FALSE(with.session.running());
  REQUIRE(with.ask("vStopped").empty());
  REQUIRE(with.ask("vCtrlC").empty());
  REQUIRE(with.ask("QNonStop:2") == "E16");
  REQUIRE(with.ask("QNonStop") == "E16");
}

TEST_CASE("notifications have a frame of their own, and packets are taken meanwhile") {
  ScriptedTarget target;
  Session session(target);
  Link link(session);
  std::string packets;
  for (const char* packet : {"QNonStop:1", "vCont;c", "m1000,2"}) rsp::append_packet(packets, packet);
  link.receive(packets);
  REQUIRE(link.output() == "+$OK#9a+$OK#9a+$0000#c0");
  link.output().clear();
  link.advance();
  REQUIRE(link.output().starts_with("%Stop:T05"));
  link.output().clear();
  packets.clear();
  rsp::append_packet(packets, "vStopped");
  link.receive(packets);
  REQUIRE(link.output() == "+$OK#9a");
}

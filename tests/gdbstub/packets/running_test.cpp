#include "gdbstub/riscv64/description.hpp"
#include "tests/gdbstub/conversation.hpp"
#include "tests/gdbstub/scripted_conversation.hpp"

using namespace diptych;
using namespace diptych::gdb;

namespace {

void require_stop(const std::string& reply, std::string_view signal, std::string_view pc) {
  INFO(reply);
  REQUIRE(reply.starts_with("T" + std::string(signal)));
  REQUIRE(reply.find("20:" + std::string(pc)) != std::string::npos);
}

}  // namespace

TEST_CASE("the first stop is a trap, with the registers a debugger asks for first") {
  Conversation with;
  const std::string reply = with.ask("?");
  require_stop(reply, "05", "0000010000000000");
  REQUIRE(reply.find("08:0000020000000000;") != std::string::npos);
  REQUIRE(reply.ends_with(";thread:1;"));
}

TEST_CASE("s and vCont;s step, c and vCont;c go on") {
  Conversation with;
  require_stop(with.ask("s"), "05", "0200010000000000");
  require_stop(with.ask("vCont;s"), "05", "0400010000000000");
  require_stop(with.ask("vCont;s:1;c"), "05", "0600010000000000");
  require_stop(with.ask("c"), "05", "1000010000000000");
  REQUIRE(with.ask("vCont;c") == "W00");
  REQUIRE(with.ask("?") == "W00");
}

TEST_CASE("c and s may begin elsewhere") {
  Conversation with;
  require_stop(with.ask("s10002"), "05", "0400010000000000");
  require_stop(with.ask("c1000a"), "05", "1000010000000000");
  REQUIRE(with.register_value(gdb::riscv64::instret_number) == 3);
}

TEST_CASE("the leftmost action that is for the thread is taken") {
  Conversation with;
  require_stop(with.ask("vCont;c:2;s:p1.1;c"), "05", "0200010000000000");
  require_stop(with.ask("vCont;s:p1.-1;c"), "05", "0400010000000000");
  REQUIRE(with.ask("vCont;s:2") == "E03");
  REQUIRE(with.ask("vCont;s:p2.-1;c:7fffffff") == "E03");
}

TEST_CASE("malformed actions are refused before anything runs") {
  Conversation with;
  for (const char* bad : {"vCont",
                          "vCont;",
                          "vCont;x",
                          "vCont;s:",
                          "vCont;s:-2",
                          "vCont;s;",
                          "vCont;c:1x",
                          "vCont;C",
                          "vCont;C100",
                          "vCont;Cff",
                          "vCont;S98",
                          "Cff",
                          "S8f",
                          "vCont;S",
                          "vCont;r",
                          "vCont;r10000",
                          "vCont;r10000,",
                          "vCont;r10004,10000",
                          "vCont:c",
                          "c-1",
                          "cx",
                          "s10000;",
                          "C",
                          "Cx",
                          "C05x",
                          "C05;x",
                          "S100"})
    REQUIRE(with.ask(bad) == "E16");
  REQUIRE(with.register_value(gdb::riscv64::instret_number) == 0);
  REQUIRE(with.register_value(gdb::riscv64::pc_number) == sample_code);
}

TEST_CASE("a range is stepped in one go") {
  Conversation with;
  require_stop(with.ask("vCont;r10000,1000a:1"), "05", "0a00010000000000");
}

TEST_CASE("what the stub knows of vCont is told") {
  Conversation with;
  REQUIRE(with.ask("vCont?") == "vCont;c;C;s;S;t;r");
}

TEST_CASE("a fault is its signal, and the signal is the program's end") {
  Conversation with;
  REQUIRE(with.ask("P8=0000000000000000") == "OK");
  require_stop(with.ask("c"), "0b", "0a00010000000000");
  require_stop(with.ask("c"), "0b", "0a00010000000000");
  REQUIRE(with.ask("vCont;C0b:1;c") == "X0b");
  REQUIRE(with.ask("?") == "X0b");
  for (const char* packet : {"g", "p0", "m10000,4", "c", "vCont;s", "Z0,10000,2", "T1", "vKill;1"})
    REQUIRE(with.ask(packet) == "E03");
  REQUIRE(with.ask("qfThreadInfo") == "l");
}

TEST_CASE("signals a program outlives are passed over") {
  Conversation with;
  require_stop(with.ask("C14;10002"), "05", "1000010000000000");
  REQUIRE(with.ask("S00") == "W00");
}

TEST_CASE("a breakpoint's reason is told to a debugger that knows it") {
  Conversation with;
  with.ask("Z0,10008,2");
  REQUIRE(with.ask("c").find("break") == std::string::npos);
  with.ask("qSupported:swbreak+;hwbreak+");
  REQUIRE(with.ask("c").ends_with(";swbreak:;"));
  with.ask("z0,10008,2");
  with.ask("Z1,1000a,2");
  REQUIRE(with.ask("c").ends_with(";hwbreak:;"));
}

TEST_CASE("an endless guest is interrupted") {
  Conversation with(endless_case());
  REQUIRE_FALSE(with.session.handle("c"));
  REQUIRE(with.session.running());
  for (int i = 0; i < 3; ++i) REQUIRE_FALSE(with.session.advance());
  require_stop(with.session.interrupt().value(), "02", "0000010000000000");
  REQUIRE_FALSE(with.session.running());
  require_stop(with.ask("s"), "05", "0000010000000000");
}

TEST_CASE("bs and bc go back where the target can") {
  ScriptedConversation with;
  REQUIRE(with.ask("bs").empty());
  REQUIRE(with.ask("bc").empty());
  with.target.back = true;
  REQUIRE(with.ask("qSupported").ends_with(";ReverseStep+;ReverseContinue+"));
  REQUIRE(with.ask("bs").starts_with("T05"));
  REQUIRE(with.target.resumed.back().direction == Direction::backward);
  REQUIRE(with.target.resumed.back().kind == ResumeKind::step);
  with.target.script = {Halt{.reason = HaltReason::replay_begin}};
  REQUIRE(with.ask("bc").ends_with(";replaylog:begin;"));
  REQUIRE(with.target.resumed.back().kind == ResumeKind::go_on);
  REQUIRE(with.ask("bc1") == "E16");
}

TEST_CASE("why it halted is told in the protocol's words") {
  ScriptedConversation with;
  const auto told = [&](const Halt& halt) {
    with.target.script = {halt};
    return with.ask("c");
  };
  REQUIRE(told({.reason = HaltReason::write_watch, .detail = 0x2008}).ends_with(";watch:2008;"));
  REQUIRE(told({.reason = HaltReason::read_watch, .detail = 0x2008}).ends_with(";rwatch:2008;"));
  REQUIRE(told({.reason = HaltReason::access_watch, .detail = 0x2008}).ends_with(";awatch:2008;"));
  REQUIRE(told({.reason = HaltReason::call_entry, .detail = 64}).ends_with(";syscall_entry:40;"));
  REQUIRE(told({.reason = HaltReason::call_return, .detail = 64}).ends_with(";syscall_return:40;"));
  REQUIRE(told({.reason = HaltReason::replay_end}).ends_with(";replaylog:end;"));
  REQUIRE(told({.kind = HaltKind::killed, .signal = Signal::segmentation}) == "X0b");
}

TEST_CASE("signals reach the target with the packet that goes on") {
  ScriptedConversation with;
  with.ask("vCont;C0f:1;c");
  REQUIRE(with.target.resumed.back().signal == Signal{15});
  with.ask("S0b");
  REQUIRE(with.target.resumed.back().signal == Signal::segmentation);
  with.ask("c");
  REQUIRE_FALSE(with.target.resumed.back().signal);
}

TEST_CASE("a notice is shown with the halt") {
  ScriptedConversation with;
  with.target.notice = "a5 differs";
  REQUIRE(with.ask("c").starts_with("T05"));
  REQUIRE(with.session.take_console() == "a5 differs");
}

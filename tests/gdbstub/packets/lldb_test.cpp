#include "tests/gdbstub/conversation.hpp"
#include "tests/gdbstub/scripted_conversation.hpp"

using namespace diptych;
using namespace diptych::gdb;

TEST_CASE("host and process are described") {
  ScriptedConversation with;
  REQUIRE(with.ask("qHostInfo").starts_with("triple:" + with.text("riscv64-unknown-linux-gnu") + ";endian:little;ptrsize:8;"));
  const std::string process = with.ask("qProcessInfo");
  REQUIRE(process.starts_with("pid:2a;"));
  REQUIRE(process.find("ostype:linux;") != std::string::npos);
}

TEST_CASE("registers are described one by one, to the last") {
  ScriptedConversation with;
  REQUIRE(with.ask("qRegisterInfo2") ==
          "name:sp;bitsize:64;offset:16;encoding:uint;format:hex;set:General Purpose Registers;alt-name:x2;"
          "ehframe:2;dwarf:2;generic:sp;");
  REQUIRE(with.ask("qRegisterInfo2b").starts_with("name:fa0;bitsize:64;offset:344;encoding:ieee754;"));
  REQUIRE(with.ask("qRegisterInfo46").starts_with("name:instret;"));
  REQUIRE(with.ask("qRegisterInfo47") == "E45");
  REQUIRE(with.ask("qRegisterInfo") == "E16");
  REQUIRE(with.ask("qRegisterInfo-1") == "E16");
}

TEST_CASE("memory regions and what lies between them") {
  ScriptedConversation with;
  REQUIRE(with.ask("qMemoryRegionInfo") == "OK");
  REQUIRE(with.ask("qMemoryRegionInfo:1fff") ==
          "start:1000;size:40000;permissions:rw;name:" + with.text("/bin/sample") + ";");
  REQUIRE(with.ask("qMemoryRegionInfo:0") == "start:0;size:1000;");
  REQUIRE(with.ask("qMemoryRegionInfo:41000") == "start:41000;size:fffffffffffbf000;");
  with.target.memory_map.clear();
  REQUIRE(with.ask("qMemoryRegionInfo:5") == "start:0;size:ffffffffffffffff;");
  REQUIRE(with.ask("qMemoryRegionInfo:x") == "E16");
}

TEST_CASE("each packet about registers may say which thread it means") {
  ScriptedConversation with;
  with.target.all_threads = {{.number = 1, .name = "engine"}, {.number = 2, .name = "reference"}};
  with.target.register_of(2, 10) = 0x22;
  REQUIRE(with.ask("QThreadSuffixSupported") == "OK");
  REQUIRE(with.ask("pa;thread:0002;") == "2200000000000000");
  REQUIRE(with.ask("pa") == "0000000000000000");
  REQUIRE(with.ask("Pa=3300000000000000;thread:2;") == "OK");
  REQUIRE(with.target.register_of(2, 10) == 0x33);
  REQUIRE(with.ask("QSaveRegisterState;thread:2;") == "1");
  REQUIRE(with.ask("g;thread:3;") == "E03");
  REQUIRE(with.ask("g;thread:x;") == "E16");
  // In what is written to memory it is bytes like others.
  REQUIRE(with.ask("X1010,a:;thread:2;") == "OK");
  REQUIRE(with.ask("m1010,a") == "3b7468726561643a323b");
}

TEST_CASE("stops tell of all threads where that was asked for") {
  ScriptedConversation with;
  REQUIRE(with.ask("QListThreadsInStopReply") == "OK");
  REQUIRE(with.ask("?").ends_with("thread:1;threads:1;thread-pcs:1000;"));
  REQUIRE(with.ask("qThreadStopInfo1").starts_with("T05"));
  REQUIRE(with.ask("qThreadStopInfo7") == "E03");
  REQUIRE(with.ask("jThreadsInfo").starts_with("[{\"tid\":1,\"name\":\"main\",\"signal\":5,\"registers\":{\"1\":\"0000000000000000\","));
}

TEST_CASE("lldb numbers signals as Linux does, everywhere") {
  ScriptedConversation with;
  REQUIRE(with.ask("QThreadSuffixSupported") == "OK");
  with.target.script = {Halt{.signal = signal_of_linux(10)}, Halt{.signal = Signal::bus}, Halt{}, Halt{.kind = HaltKind::killed, .signal = Signal::bus}};
  REQUIRE(with.ask("vCont;c").starts_with("T0a"));
  REQUIRE(with.ask("jThreadsInfo").find("\"signal\":10,") != std::string::npos);
  REQUIRE(with.ask("vCont;C0a").starts_with("T07"));
  REQUIRE(with.target.resumed.back().signal == signal_of_linux(10));
  REQUIRE(with.ask("QPassSignals:a;1f") == "OK");
  REQUIRE(with.target.passed == std::vector{signal_of_linux(10), Signal::system_call});
  REQUIRE(with.ask("vCont;S07").starts_with("T05"));
  REQUIRE(with.target.resumed.back().signal == Signal::bus);
  REQUIRE(with.ask("vCont;c") == "X07");
  // The next one may be gdb.
  with.session.disconnected();
  with.session.connected();
  REQUIRE(with.session.client().number_of(Signal::bus) == 10);
}

TEST_CASE("lldb finds a guest that has not run since stopped by no trap, which it would go on from") {
  ScriptedConversation with;
  REQUIRE(with.ask("QThreadSuffixSupported") == "OK");
  REQUIRE(with.ask("?").starts_with("T13"));
  REQUIRE(with.ask("vCont;s").starts_with("T05"));
  REQUIRE(with.ask("?").starts_with("T05"));
  REQUIRE(with.ask("!") == "OK");
  REQUIRE(with.ask("vRun;").starts_with("T13"));
}

TEST_CASE("lldb has a reply to k, and the monitor's words on its console") {
  ScriptedConversation with;
  REQUIRE(with.ask("QThreadSuffixSupported") == "OK");
  with.target.own_commands = {{"dance", "and sing", [](std::string_view) { return std::string("danced"); }}};
  REQUIRE(with.ask("qRcmd," + with.text("dance")) == "OK");
  REQUIRE(with.session.take_console() == "danced");
  REQUIRE(with.ask("k") == "X09");
  REQUIRE(with.session.closing());
}

TEST_CASE("errors are sentences for who takes them") {
  ScriptedConversation with;
  REQUIRE(with.ask("m0,1") == "E0e");
  REQUIRE(with.ask("qSupported:error-message+").starts_with("PacketSize"));
  REQUIRE(with.ask("m0,1") == "E.there is no memory at that address, or nothing can be set there");
  REQUIRE(with.ask("QEnableErrorStrings") == "OK");
  REQUIRE(with.ask("m0,1") == "E0e;" + with.text("there is no memory at that address, or nothing can be set there"));
  REQUIRE(with.ask("vAttach;1") == "Eff;" + with.text("there is no such process here"));
}

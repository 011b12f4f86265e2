#include "tests/gdbstub/conversation.hpp"
#include "tests/gdbstub/scripted_conversation.hpp"

using namespace diptych;
using namespace diptych::gdb;

namespace {

std::string object(ScriptedConversation& with, std::string_view which) {
  const std::string reply = with.ask("qXfer:" + std::string(which) + ":0,10000");
  REQUIRE(reply.starts_with("l"));
  return reply.substr(1);
}

}  // namespace

TEST_CASE("threads have names") {
  ScriptedConversation with;
  with.target.all_threads = {{.number = 1, .name = "engine"}, {.number = 2, .name = "<&>"}};
  REQUIRE(object(with, "threads:read:") ==
          "<?xml version=\"1.0\"?>\n<threads>\n<thread id=\"1\" name=\"engine\"/>\n"
          "<thread id=\"2\" name=\"&lt;&amp;&gt;\"/>\n</threads>\n");
}

TEST_CASE("a process has a file and an auxiliary vector, a case has a memory map") {
  ScriptedConversation with;
  REQUIRE(object(with, "exec-file:read:") == "/bin/sample");
  REQUIRE(object(with, "exec-file:read:2a") == "/bin/sample");
  REQUIRE(with.ask("qXfer:exec-file:read:2b:0,100") == "E00");
  REQUIRE(object(with, "auxv:read:") == std::string("\x06\0\0\0", 4));
  const std::string of_process = with.ask("qSupported");
  REQUIRE(of_process.find("qXfer:auxv:read+") != std::string::npos);
  REQUIRE(of_process.find("memory-map") == std::string::npos);

  Conversation of_case;
  REQUIRE(of_case.ask("qSupported").find("qXfer:memory-map:read+") != std::string::npos);
  const std::string map = of_case.ask("qXfer:memory-map:read::0,10000");
  REQUIRE(map.find("<memory type=\"ram\" start=\"0x10000\" length=\"0x10\"/>") != std::string::npos);
  REQUIRE(map.find("<memory type=\"ram\" start=\"0x20000\" length=\"0x2000\"/>") != std::string::npos);
  REQUIRE(of_case.ask("qXfer:exec-file:read::0,100") == "E00");
}

TEST_CASE("a signal's circumstances are read and changed") {
  ScriptedConversation with;
  REQUIRE(with.ask("qXfer:siginfo:read::0,80") == "E00");
  REQUIRE(with.ask("qXfer:siginfo:write::0:a") == "E00");
  with.target.information.emplace();
  with.target.information->at(0) = 11;
  REQUIRE(object(with, "siginfo:read:").size() == 128);
  REQUIRE(with.ask("qXfer:siginfo:write::0:\x05}\x03") == "2");
  REQUIRE(with.target.information->at(0) == 5);
  REQUIRE(with.target.information->at(1) == '#');
  REQUIRE(with.ask("qXfer:siginfo:write::7f:ab") == "E16");
  REQUIRE(with.ask("qXfer:siginfo:write::ffffffffffffffff:ab") == "E16");
  REQUIRE(with.ask("qXfer:siginfo:write::0:}") == "E16");
  REQUIRE(with.ask("qXfer:features:write:target.xml:0:a").empty());
}

TEST_CASE("info os finds the process and its threads") {
  ScriptedConversation with;
  REQUIRE(object(with, "osdata:read:").find("<column name=\"Type\">processes</column>") != std::string::npos);
  const std::string processes = object(with, "osdata:read:processes");
  REQUIRE(processes.find("<column name=\"pid\">42</column>") != std::string::npos);
  REQUIRE(processes.find("sample &lt;one &amp; two&gt;") != std::string::npos);
  REQUIRE(object(with, "osdata:read:threads").find("<column name=\"command\">main</column>") != std::string::npos);
  const std::string files = object(with, "osdata:read:files");
  REQUIRE(files.find("<column name=\"file descriptor\">4</column>\n<column name=\"name\">/home/&lt;f&gt;</column>") != std::string::npos);
  REQUIRE(with.ask("qXfer:osdata:read:sockets:0,100") == "E00");
}

TEST_CASE("what is of the living ends with the program") {
  ScriptedConversation with;
  with.target.script = {Halt{.kind = HaltKind::exited}};
  with.ask("c");
  REQUIRE(with.ask("qXfer:auxv:read::0,100") == "E03");
  REQUIRE(with.ask("qXfer:threads:read::0,100") == "E03");
  REQUIRE(with.ask("qXfer:features:read:target.xml:0,10").starts_with("m"));
}

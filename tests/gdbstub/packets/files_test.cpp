#include "gdbstub/protocol/escape.hpp"
#include "tests/gdbstub/conversation.hpp"
#include "tests/gdbstub/scripted_conversation.hpp"

using namespace diptych;
using namespace diptych::gdb;

namespace {

std::string opened(ScriptedConversation& with, std::string_view path) {
  return with.ask("vFile:open:" + with.text(path) + ",0,1c0");
}

std::string content(ScriptedConversation& with, std::string_view path) {
  const std::string number = opened(with, path);
  REQUIRE(number.starts_with("F"));
  const std::string reply = with.ask("vFile:pread:" + number.substr(1) + ",10000,0");
  REQUIRE(with.ask("vFile:close:" + number.substr(1)) == "F0");
  return reply.substr(reply.find(';') + 1);
}

}  // namespace

TEST_CASE("a file the target shows is read in parts") {
  ScriptedConversation with;
  with.target.files["/bin/sample"] = {'\x7f', 'E', 'L', 'F', '#', '$'};
  REQUIRE(with.ask("vFile:setfs:0") == "F0");
  REQUIRE(opened(with, "/bin/sample") == "F3");
  REQUIRE(opened(with, "/bin/sample") == "F4");
  REQUIRE(with.ask("vFile:pread:3,3,1") == "F3;ELF");
  REQUIRE(with.ask("vFile:pread:3,100,4") == "F2;}\x03}\x04");
  REQUIRE(with.ask("vFile:pread:3,100,6") == "F0;");
  REQUIRE(with.ask("vFile:pread:3,100,ffffffffffffffff") == "F0;");
  REQUIRE(with.ask("vFile:close:3") == "F0");
  REQUIRE(with.ask("vFile:pread:3,3,1") == "F-1,9");
  REQUIRE(with.ask("vFile:close:3") == "F-1,9");
  REQUIRE(opened(with, "/bin/sample") == "F3");
}

TEST_CASE("a file's size is told in the protocol's own layout") {
  ScriptedConversation with;
  with.target.files["/f"] = std::vector<u8>(1000);
  opened(with, "/f");
  const auto bytes = rsp::unescape(with.ask("vFile:fstat:3"));
  REQUIRE(bytes);
  const std::string reply(bytes->begin(), bytes->end());
  REQUIRE(reply.starts_with("F40;"));
  REQUIRE(reply.size() == 4 + 64);
  REQUIRE(reply.substr(4 + 8, 4) == std::string("\0\0\x81\x24", 4));
  REQUIRE(reply.substr(4 + 28, 8) == std::string("\0\0\0\0\0\0\x03\xe8", 8));
  REQUIRE(reply.substr(4 + 44, 8) == std::string("\0\0\0\0\0\0\0\2", 8));
}

TEST_CASE("nothing else is opened, and nothing is written") {
  ScriptedConversation with;
  with.target.files["/f"] = {1};
  REQUIRE(opened(with, "/etc/passwd") == "F-1,2");
  REQUIRE(opened(with, "/proc/1/maps") == "F-1,2");
  REQUIRE(opened(with, "/proc/42/mem") == "F-1,2");
  REQUIRE(with.ask("vFile:open:" + with.text("/f") + ",2,0") == "F-1,1e");
  REQUIRE(with.ask("vFile:open:" + with.text("/f") + ",601,1a4") == "F-1,1e");
  opened(with, "/f");
  REQUIRE(with.ask("vFile:pwrite:3,0,abc") == "F-1,1e");
  REQUIRE(with.ask("vFile:unlink:" + with.text("/f")) == "F-1,1e");
  for (const char* bad : {"vFile:open:", "vFile:open:2f", "vFile:open:2f,0", "vFile:open:2,0,0", "vFile:open:2f00,0,0",
                          "vFile:open:,0,0", "vFile:pread:3", "vFile:pread:3,1", "vFile:pread:3,-1,0", "vFile:fstat:",
                          "vFile:readlink:", "vFile:setfs:-1", "vFile:close:x", "vFile:open"})
    REQUIRE(with.ask(bad) == "F-1,16");
  REQUIRE(with.ask("vFile") == "E16");
  REQUIRE(with.ask("vFile:what:1").empty());
}

TEST_CASE("only so many files are open, and none after the debugger has gone") {
  ScriptedConversation with;
  with.target.files["/f"] = {1};
  std::string last;
  for (std::size_t i = 0; i <= OpenFiles::most; ++i) last = opened(with, "/f");
  REQUIRE(last == "F-1,18");
  with.session.disconnected();
  with.session.connected();
  REQUIRE(opened(with, "/f") == "F3");
}

TEST_CASE("the process has a /proc of its own") {
  ScriptedConversation with;
  REQUIRE(content(with, "/proc/42/maps") ==
          "1000-41000 rw-p 00000200 00:00 0                                         /bin/sample\n");
  REQUIRE(content(with, "/proc/42/task/42/maps") == content(with, "/proc/42/maps"));
  REQUIRE(content(with, "/proc/42/smaps").find("VmFlags: rd wr mr mw me") != std::string::npos);
  REQUIRE(content(with, "/proc/42/cmdline") == std::string("sample\0<one & two>\0", 19));
  REQUIRE(content(with, "/proc/42/comm") == "sample\n");
  REQUIRE(content(with, "/proc/42/status").find("Pid:\t42\n") != std::string::npos);
  REQUIRE(with.ask("vFile:readlink:" + with.text("/proc/42/exe")) == "Fb;/bin/sample");
  REQUIRE(with.ask("vFile:readlink:" + with.text("/proc/42/cwd")) == "F5;/home");
  REQUIRE(with.ask("vFile:readlink:" + with.text("/proc/42/fd/4")) == "F9;/home/<f>");
  REQUIRE(with.ask("vFile:readlink:" + with.text("/proc/42/fd/1")) == "F-1,16");
  const std::string statistics = content(with, "/proc/42/stat");
  REQUIRE(statistics.starts_with("42 (sample) t 0 42 42 0 "));
  REQUIRE(std::ranges::count(statistics, ' ') == 51);
  REQUIRE(statistics.find(" 20 0 1 0 0 262144 64 ") != std::string::npos);
  REQUIRE(with.ask("vFile:readlink:" + with.text("/bin/sample")) == "F-1,16");
  Conversation of_case;
  REQUIRE(of_case.ask("vFile:open:" + with.text("/proc/1/maps") + ",0,0") == "F-1,2");
}

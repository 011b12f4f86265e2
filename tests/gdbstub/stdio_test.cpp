// A server on standard input and output beside a program that would use both.
#include "tests/gdbstub/program_server.hpp"

#include <algorithm>
#include <fstream>

using namespace diptych::gdb;

namespace {

std::string piped(const std::vector<std::string>& more) {
  std::vector<std::string> commands = {"set pagination off", "target remote | " + std::string(DIPTYCH_COMMAND) + " gdb --stdio --at-exit end " + debuggee("streams")};
  commands.insert(commands.end(), more.begin(), more.end());
  return told_by_gdb(commands, debuggee("streams"));
}

}  // namespace

TEST_CASE("what a program prints on its debugger's own stream is shown in the console, however it looks") {
  const std::string output = piped({"break main", "continue", "continue"});
  require_in_order(output, {"Breakpoint 1, main", "$W2a#ea\n+$OK#9a\n", "0 lines", "exited with code 03"});
  CHECK(output.find("an error\n") != output.npos);
  CHECK(std::ranges::count(output, '.') >= 300000);
}

TEST_CASE("a program beside a server on standard input reads what it is given, from the beginning with each start") {
  const std::string input = std::filesystem::temp_directory_path() / ("diptych-gdb-input-" + std::to_string(getpid()));
  std::ofstream(input) << "one\ntwo\n";
  const std::string server = "target extended-remote | " + std::string(DIPTYCH_COMMAND) + " gdb --stdio --at-exit end --input " + input + " " + debuggee("streams");
  require_in_order(told_by_gdb({"set confirm off", "set remote exec-file " + debuggee("streams"), server, "continue", "run"}, debuggee("streams")),
                   {"read one", "read two", "2 lines", "exited with code 03", "read one", "read two", "2 lines", "exited with code 03"});
  std::filesystem::remove(input);
}

TEST_CASE("what a program prints goes to standard error where the debugger has no console for it") {
  require_in_order(output_of("timeout 60 " + std::string(DIPTYCH_COMMAND) + " gdb --stdio --on-disconnect go-on " + debuggee("streams") + " 2>&1 >/dev/null < /dev/null"),
                   {"an error", "$W2a#ea", "0 lines", "...."});
}

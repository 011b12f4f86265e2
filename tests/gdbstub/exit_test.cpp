// The end of a program, and what comes from outside while gdb steps.
#include "tests/gdbstub/program_server.hpp"

using namespace diptych::gdb;

namespace {

std::string session(const std::string& program, const std::vector<std::string>& options, const std::vector<std::string>& commands) {
  std::vector<std::string> arguments = {debuggee(program)};
  arguments.insert(arguments.end(), options.begin(), options.end());
  ProgramServer server(arguments);
  std::vector<std::string> all = {"set pagination off", "set confirm off", server.connect()};
  all.insert(all.end(), commands.begin(), commands.end());
  return told_by_gdb(all, debuggee(program));
}

}  // namespace

TEST_CASE("a program halts before it exits, and the way back begins there") {
  for (const char* tier : {"interp", "baseline"})
    require_in_order(session("stores", {"--tier", tier}, {"continue", "watch x", "reverse-continue", "continue", "continue", "continue"}),
                     {"Before the program exits with status 0", "Program stopped", "Hardware watchpoint 1: x", "Old value = 3", "New value = 2", "New value = 3",
                      "Before the program exits", "exited normally"});
}

TEST_CASE("a program that is not to halt before its exit, or has no way back, just exits") {
  require_in_order(session("stores", {"--at-exit", "end"}, {"continue"}), {"exited normally"});
  require_in_order(session("stores", {"--history", "0"}, {"continue"}), {"exited normally"});
}

TEST_CASE("gdb steps over a line that waits for a signal") {
  for (const char* tier : {"interp", "baseline"})
    require_in_order(session("alarm", {"--tier", tier}, {"break 14", "continue", "next", "print rang", "continue"}),
                     {"Breakpoint 1, main", "return rang != SIGALRM", "$1 = 14", "Before the program exits with status 0"});
}

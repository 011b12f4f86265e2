// gdb, as it is, on a Linux program: every thing a user does in a day.
#include "tests/gdbstub/program_server.hpp"

using namespace diptych::gdb;

namespace {

std::string session(const std::vector<std::string>& commands, const std::vector<std::string>& options = {}) {
  std::vector<std::string> arguments = {debuggee("debuggee")};
  arguments.insert(arguments.end(), options.begin(), options.end());
  ProgramServer server(arguments);
  std::vector<std::string> all = {"set pagination off", "set confirm off", server.connect()};
  all.insert(all.end(), commands.begin(), commands.end());
  return told_by_gdb(all, debuggee("debuggee"));
}

}  // namespace

TEST_CASE("gdb breaks in a program, sees where it is, and finishes a function") {
  for (const char* tier : {"interp", "baseline"})
    require_in_order(session({"break turn", "continue", "backtrace", "info locals", "print number", "finish", "next", "step", "print number", "info registers pc"},
                             {"--tier", tier}),
                     {"Breakpoint 1, turn (number=1)", "#0  turn (number=1)", "in main", "$1 = 1", "Value returned is $2 = 1", "turn (number=2)", "$3 = 2", "pc "});
}

TEST_CASE("a condition is asked ten thousand times without the debugger") {
  require_in_order(session({"break turn if number == 9999", "continue", "print total"}), {"Breakpoint 1, turn (number=9999)", "$1 = "});
}

TEST_CASE("gdb watches memory being written and read") {
  require_in_order(session({"break main", "continue", "watch milestone", "continue", "continue", "backtrace 1", "delete", "rwatch secret", "continue", "continue"}),
                   {"Hardware watchpoint 2: milestone", "Old value = 0", "New value = 1000", "Old value = 1000", "New value = 2000", "turn (number=2000)",
                    "Hardware read watchpoint 3: secret", "Value = 42"});
}

TEST_CASE("gdb calls functions of the program, and reads a variable of the thread's own") {
  require_in_order(session({"break turn", "continue", "print fib(10)", "print fib(15)", "print $sp", "up", "print per_thread", "print corner"}),
                   {"Breakpoint 1", "$1 = 55", "$2 = 610", "$4 = 7", "x = 3"});
}

TEST_CASE("gdb sees mappings, finds bytes and compares sections") {
  require_in_order(session({"break turn", "continue", "info proc mappings", "find haystack, +256, \"a needle\"", "compare-sections .text", "info auxv"}),
                   {"Breakpoint 1", "[stack]", "haystack+100", "1 pattern found", "Section .text", "matched", "AT_ENTRY"});
}

TEST_CASE("system calls halt the program where the monitor was asked for it") {
  require_in_order(session({"monitor catch write nothing", "monitor catch 64", "monitor catch write brk 1024", "monitor catch 1023", "handle SIGUSR1 nostop noprint pass", "continue", "print $a7", "continue", "print $a0", "monitor status",
                            "monitor catch none", "continue", "continue"}),
                   {"There is no system call \"nothing\"", "write (64) halts it", "There is no system call \"1024\"", "write (64), 1023 halt it", "Before system call write (64).", "$1 = 64", "After system call write (64).", "$2 = ",
                    "After system call write", "No system call", "exited with code 03"});
}

// gdb 13 refuses `catch syscall` on RISC-V by itself, until it has been told how.
TEST_CASE("gdb catches system calls once it has had its lesson") {
  require_in_order(session({"catch syscall write", "python exec(gdb.execute(\"monitor lesson\", to_string=True))", "help catch syscall", "catch syscall nothing", "catch syscall rt_sigaction", "break main", "continue", "catch syscall 64",
                            "catch syscall write", "handle SIGUSR1 nostop noprint pass", "continue", "backtrace", "continue", "continue", "print $a7", "continue",
                            "delete", "reverse-continue", "print $a7", "reverse-continue", "continue", "continue", "catch syscall", "catch syscall exit", "reverse-continue", "reverse-continue", "reverse-continue",
                            "catch syscall none", "reverse-continue", "continue", "continue", "continue"}),
                   {"not supported", "Usage: catch syscall [NAME | NUMBER]", "There is no system call \"nothing\"", "rt_sigaction (134) halts it", "Breakpoint 1", "rt_sigaction (134), write (64) halt it",
                    "rt_sigaction (134), write (64) halt it", "Before system call rt_sigaction", "in main", "After system call rt_sigaction", "Before system call write", "$1 = 64", "After system call write",
                    "Before system call write", "$2 = 64", "After system call rt_sigaction", "Before system call write", "After system call write", "Every system call halts it", "Every system call halts it",
                    "Before system call write", "After system call newfstatat", "Before system call newfstatat", "No system call halts it", "No more reverse-execution history", "No more reverse-execution history", "exited with code 03"});
}

TEST_CASE("gdb shows signals before the program has them, and the program goes on with them") {
  require_in_order(session({"continue", "print alarms", "continue", "continue"}), {"Program received signal SIGUSR1", "$1 = 0", "exited with code 03"});
}

TEST_CASE("gdb goes back to a watchpoint, a breakpoint, and the beginning") {
  require_in_order(session({"handle SIGUSR1 nostop noprint pass", "break main", "continue", "tbreak fib", "continue", "watch milestone", "reverse-continue", "reverse-continue", "print total", "delete",
                            "break turn", "reverse-continue", "print number", "reverse-stepi", "reverse-step", "delete", "reverse-continue", "continue"}),
                   {"fib (n=10)", "Hardware watchpoint 3: milestone", "Old value = 10000", "New value = 9000", "Old value = 9000", "New value = 8000",
                    "Breakpoint 4, turn (number=9000)", "No more reverse-execution history", "No more reverse-execution history"});
}

TEST_CASE("a debugger gets memory of its own in the program, and gives it back") {
  require_in_order(session({"maintenance packet _M1001,rw", "set {long}0x3fff6ee000 = 5", "print {long}0x3fff6ee000", "info proc mappings", "maintenance packet _m3fff6ee000",
                            "maintenance packet _m3fff6ee000", "x/gx 0x3fff6ee000"}),
                   {"received: \"3fff6ee000\"", "$1 = 5", "0x3fff6ee000", "received: \"OK\"", "received: \"E", "Cannot access memory"});
}

TEST_CASE("gdb runs the program again, with arguments of its own") {
  ProgramServer server({debuggee("debuggee")});
  const std::string output =
      told_by_gdb({"set confirm off", "set remote exec-file " + debuggee("debuggee"), "target extended-remote " + server.address(), "handle SIGUSR1 nostop noprint pass", "tbreak fib", "continue", "continue", "continue", "tbreak fib",
                   "set args one two", "run", "continue", "continue", "continue", "set args", "run", "continue"},
                  debuggee("debuggee"));
  require_in_order(output, {"fib (n=10)", "exited with code 03", "fib (n=10)", "exited with code 03"});
  require_in_order(server.output(), {"argument one\nargument two\n", "arguments 1,"});
}

TEST_CASE("gdb sees what Linux tells of a process") {
  const std::string directory = std::filesystem::current_path();
  const std::string output = session({"break turn", "continue", "info threads", "info proc cwd", "info proc stat", "info os files"});
  require_in_order(output, {"\"debuggee\"", "cwd = '" + directory + "'", "Exec file: debuggee", "State: t", "Parent process: 0", "file descriptor", "/dev/null"});
}

TEST_CASE("gdb leaves, and another finds the program where it was") {
  ProgramServer server({debuggee("debuggee")});
  require_in_order(told_by_gdb({server.connect(), "break turn", "continue", "detach"}, debuggee("debuggee")), {"turn (number=1)", "detached"});
  require_in_order(told_by_gdb({server.connect(), "print number", "disconnect"}, debuggee("debuggee")), {"turn (number=1)", "$1 = 1"});
  require_in_order(told_by_gdb({server.connect(), "continue", "continue", "continue"}, debuggee("debuggee")), {"exited with code 03"});
  CHECK(server.output().starts_with("total 50005000"));
  CHECK(server.wait() == 0);
}

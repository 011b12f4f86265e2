// What a debugger makes of a signal's circumstances reaches the program, and does so again on the way back.
#include "tests/gdbstub/program_server.hpp"

using namespace diptych::gdb;

TEST_CASE("gdb changes the siginfo of a fault, and the program's handler sees that") {
  for (const char* history : {"512", "0"}) {
    ProgramServer server({debuggee("fault"), "--history", history, "--at-exit", "end"});
    require_in_order(told_by_gdb({server.connect(), "handle SIGUSR1 nostop noprint pass", "continue", "print $_siginfo._sifields._sigfault.si_addr", "print $_siginfo._sifields._sigfault.si_addr = 0x666",
                                  "print $_siginfo.si_errno = 12", "print $_siginfo.si_code = 99", "print $_siginfo._sifields._sigfault.si_addr", "continue"},
                                 debuggee("fault")),
                     {"SIGSEGV", "$1 = (void *) 0x10", "$2 = (void *) 0x666", "$5 = (void *) 0x666", "exited with code 05"});
    CHECK(server.output().find("signal 11: 11 99 12 0x666\n") != std::string::npos);
  }
}

TEST_CASE("a siginfo that was changed is the same when the program comes there again") {
  ProgramServer server({debuggee("fault")});
  require_in_order(told_by_gdb({server.connect(), "break on_signal", "continue", "print $_siginfo.si_code = 77", "continue", "print information->si_code", "reverse-continue", "reverse-continue",
                                "delete", "handle SIGUSR1 nostop noprint pass", "break on_signal", "continue", "print information->si_code", "delete", "continue"},
                               debuggee("fault")),
                   {"SIGUSR1", "$1 = 77", "on_signal (number=10", "$2 = 77", "No more reverse-execution history", "on_signal (number=10", "$3 = 77", "SIGSEGV"});
}

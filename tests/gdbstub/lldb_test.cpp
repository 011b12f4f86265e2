// lldb, as it is, on a Linux program and on a case.
#include "tests/gdbstub/client.hpp"
#include "tests/gdbstub/program_server.hpp"
#include "tests/gdbstub/sample_case.hpp"
#include "tests/gdbstub/stock_lldb.hpp"

using namespace diptych;
using namespace diptych::gdb;

namespace {

using Lines = std::initializer_list<std::string_view>;

// The commands follow each other on one program; nothing where there is no lldb.
void debug_program(const std::vector<std::string>& commands, Lines lines, const std::vector<std::string>& options = {}) {
  std::vector<std::string> arguments = {debuggee("debuggee")};
  arguments.insert(arguments.end(), options.begin(), options.end());
  ProgramServer server(arguments);
  std::vector<std::string> all = {"gdb-remote " + server.address()};
  all.insert(all.end(), commands.begin(), commands.end());
  if (const auto output = told_by_lldb(all, debuggee("debuggee"))) require_in_order(*output, lines);
}

void debug_case(ServerThread& server, const std::vector<std::string>& commands, Lines lines) {
  std::vector<std::string> all = {"gdb-remote " + server.address()};
  all.insert(all.end(), commands.begin(), commands.end());
  if (const auto output = told_by_lldb(all)) require_in_order(*output, lines);
}

}  // namespace

TEST_CASE("lldb comes to a program at its beginning, breaks by name, steps an instruction and out of the function") {
  for (const char* tier : {"interp", "baseline"})
    debug_program({"image list", "breakpoint set --name turn", "continue", "bt", "frame variable", "register read pc a0", "register write a0 0x55", "register read a0",
                   "thread step-inst", "register read pc", "thread step-out", "register read pc", "thread step-over", "frame variable number"},
                  {"stop reason = signal SIGSTOP", "debuggee`_start", "[  0]", "/debuggee", "Breakpoint 1: where = debuggee`turn + 10 at debuggee.c",
                   "stop reason = breakpoint 1.1", "turn(number=1)", "frame #0:", "debuggee`turn(number=1)", "frame #1:", "debuggee`main(argc=1", "(long) number = 1",
                   "debuggee`turn + 10", "a0 = 0x0000000000000001", "a0 = 0x0000000000000055", "stop reason = instruction step into", "debuggee`turn + 14",
                   "stop reason = step out", "debuggee`main(argc=1", "debuggee`main + 160", "stop reason = breakpoint 1.1", "(long) number = 2"},
                  {"--tier", tier});
}

TEST_CASE("lldb computes with the program's variables, and so asks conditions") {
  debug_program({"breakpoint set --name turn --condition \"number == 500\"", "continue", "frame variable number", "print total", "print &haystack[100]", "print corner",
                 "memory read --count 8 `&haystack[100]`", "memory write `&haystack[100]` 0x62", "print &haystack[100]", "expression total = 7", "print total + number"},
                {"stop reason = breakpoint 1.1", "(long) number = 500", "(long) 124750", "\"a needle\"", "(x = 3, y = 4)", "61 20 6e 65 65 64 6c 65", "\"b needle\"", "(long) 507"});
}

TEST_CASE("lldb watches a variable") {
  for (const char* tier : {"interp", "baseline"})
    debug_program({"breakpoint set --name main", "continue", "watchpoint set variable milestone", "continue", "continue", "bt 1"},
                  {"Watchpoint created", "old value: 0", "new value: 1000", "stop reason = watchpoint 1", "turn(number=1000)", "old value: 1000", "new value: 2000",
                   "debuggee`turn(number=2000)"},
                  {"--tier", tier});
}

TEST_CASE("lldb sees the program's regions of memory") {
  debug_program({"memory region $sp", "memory region $pc", "memory region 0"}, {"rw- [stack]", "r-x", "/debuggee", "[0x0000000000000000-0x0000000000010000) ---"});
}

// Where a signal halts the program, what is left of a script is not heeded.
TEST_CASE("lldb knows the program's signals by their names, and passes them on") {
  debug_program({"continue"}, {"stop reason = signal SIGUSR1"});
  for (const char* told : {"true", "false"}) {
    ProgramServer server({debuggee("debuggee")});
    const auto output = told_by_lldb({"gdb-remote " + server.address(), std::string("process handle SIGUSR1 --pass true --stop false --notify ") + told, "continue"}, debuggee("debuggee"));
    if (!output) return;
    require_in_order(*output, {"exited with status = 3"});
    CHECK((output->find("received signal: SIGUSR1") != std::string::npos) == (told == std::string_view("true")));
    CHECK(server.output().find("alarms 10\n") != std::string::npos);
    CHECK(server.wait() == 0);
  }
}

TEST_CASE("lldb leaves, and another finds the program where it was and kills it") {
  ProgramServer server({debuggee("debuggee")});
  const std::string connect = "gdb-remote " + server.address();
  const auto output = told_by_lldb({connect, "breakpoint set --name turn", "continue", "process detach"}, debuggee("debuggee"));
  if (!output) return;
  require_in_order(*output, {"stop reason = breakpoint 1.1", "detached"});
  require_in_order(*told_by_lldb({connect, "frame variable number", "process kill"}, debuggee("debuggee")), {"(long) number = 1", "exited with status = 9 (0x00000009) killed"});
  CHECK(server.wait() == 0);
}

TEST_CASE("lldb debugs a case") {
  ServerThread server(sample_case());
  debug_case(server,
             {"breakpoint set --address 0x10008", "continue", "register read a0 a1", "register write a1 3", "thread step-inst", "breakpoint delete --force",
              "watchpoint set expression --watch write --size 8 -- 0x20000", "continue", "register read pc a0", "watchpoint delete --force", "memory read --size 8 --format d --count 1 0x20000",
              "print $a0 + 1", "thread step-inst", "register read fa0", "memory region 0x20000", "process plugin packet monitor status", "continue"},
             {"frame #0: 0x0000000000010000", "stop reason = breakpoint 1.1", "a0 = 0x0000000000000005", "a1 = 0x0000000000000004", "stop reason = instruction step into",
              "0x0000000000010004", "stop reason = watchpoint 1", "pc = 0x000000000001000c", "a0 = 0x000000000000000b", "0x00020000: 11", "(unsigned long) 12",
              "fa0 = 11", "[0x0000000000020000-0x0000000000022000) rw- [memory]", "16 instructions retired.", "exited with status = 0"});
}

TEST_CASE("lldb names what stopped a case") {
  ServerThread faulting(case_of({0x08, 0xe1}));  // sd a0, 0(a0)
  debug_case(faulting, {"continue"}, {"stop reason = signal SIGSEGV"});
  Case misaligned = case_of({0x2f, 0x25, 0xa4, 0x00});  // amoadd.w a0, a0, (s0)
  misaligned.input.state.words[diptych::riscv64::x_word + 8] = sample_data + 1;
  ServerThread server(misaligned);
  debug_case(server, {"continue"}, {"stop reason = signal SIGBUS"});
}

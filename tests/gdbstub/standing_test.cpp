// Breakpoints and watchpoints at the very instruction the guest stands before, with gdb as it is.
#include "tests/gdbstub/program_server.hpp"

using namespace diptych::gdb;

namespace {

std::string session(std::string_view tier, std::vector<std::string> commands, const std::string& connect = "target remote ") {
  ProgramServer server({debuggee("stores"), "--tier", std::string(tier)});
  std::vector<std::string> all = {"set pagination off", "set confirm off", "set remote exec-file " + debuggee("stores"), connect + server.address()};
  all.insert(all.end(), commands.begin(), commands.end());
  return told_by_gdb(all, debuggee("stores"));
}

constexpr std::string_view tiers[] = {"interp", "baseline"};

}  // namespace

// gdb steps by breakpoints and `continue`: the store is the first thing the guest does then.
TEST_CASE("a hardware watchpoint stops at a store that is stepped over") {
  for (const std::string_view tier : tiers)
    require_in_order(session(tier, {"break main", "continue", "watch x", "next", "next", "next", "next"}),
                     {"Hardware watchpoint 2: x", "Old value = 0", "New value = 1", "Old value = 1", "New value = 2"});
}

TEST_CASE("a hardware watchpoint stops at a store that is stepped over by instruction") {
  for (const std::string_view tier : tiers)
    require_in_order(session(tier, {"break main", "continue", "watch x", "stepi 30", "stepi 30"}),
                     {"Hardware watchpoint 2: x", "Old value = 0", "New value = 1", "Old value = 1", "New value = 2"});
}

TEST_CASE("a breakpoint stops where gdb jumps to") {
  for (const std::string_view tier : tiers)
    require_in_order(session(tier, {"break main", "continue", "tbreak 8", "jump 8", "print y", "tbreak 8", "jump 8", "tbreak 7", "jump 7"}),
                     {"Breakpoint 1, main", "Temporary breakpoint 2, main", "$1 = 0", "Temporary breakpoint 3, main", "Breakpoint 1, main"});
}

TEST_CASE("a breakpoint that was stepped to stops where gdb jumps to it") {
  for (const std::string_view tier : tiers)
    require_in_order(session(tier, {"set breakpoint always-inserted on", "tbreak main", "continue", "stepi", "break *($pc + 2)", "stepi", "jump *$pc"}),
                     {"Temporary breakpoint 1, main", "Breakpoint 2, ", "Breakpoint 2, "});
}

TEST_CASE("a breakpoint stops a function that gdb calls, at its first instruction") {
  for (const std::string_view tier : tiers)
    require_in_order(session(tier, {"break main", "continue", "break *f", "print f(3)", "backtrace 1", "finish", "print f(3)"}),
                     {"Breakpoint 1, main", "The program being debugged stopped while in a function called from GDB", "#0  f", "Value returned is $1 = 4", "Breakpoint 2, f (n=3)"});
}

TEST_CASE("a breakpoint at the first instruction of all stops a program run again") {
  for (const std::string_view tier : tiers)
    require_in_order(session(tier, {"break *_start", "run", "print $pc == (long)&_start", "break main", "run", "continue"}, "target extended-remote "),
                     {"Breakpoint 1, ", "_start", "$1 = 1", "Breakpoint 1, ", "_start", "Breakpoint 2, main"});
}

TEST_CASE("a watchpoint stops gdb on its way back over a store") {
  for (const std::string_view tier : tiers)
    require_in_order(session(tier, {"break 11", "continue", "watch x", "reverse-next", "reverse-next", "reverse-next", "reverse-next"}),
                     {"Breakpoint 1, main", "Hardware watchpoint 2: x", "Old value = 2", "New value = 1", "Old value = 1", "New value = 0"});
}

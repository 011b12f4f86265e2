// gdb: the verb, with the debugger itself at the other end.
#include "tests/cli/command.hpp"

#include "tests/gdbstub/stock_lldb.hpp"

#include <sys/stat.h>

using namespace diptych::cli_test;
using namespace diptych::gdb;

TEST_CASE("gdb drives a case over a pipe to its end") {
  const Folder folder;
  // c.li a0, 5; c.addi a0, 1 (three times)
  const std::string path = folder.put("count.case", "case 1\nguest riscv64\nwhy counts\ncode 0x10000\n  4515\n  0505\n  0505\n  0505\nbudget 10\n");
  require_in_order(told_by_gdb({"target remote | " + command + " gdb " + path + " --stdio", "break *0x10004", "continue", "print $a0", "stepi", "print $a0",
                                "set $a0 = 40", "delete", "continue", "print $a0", "print $pc", "kill"}),
                   {"Breakpoint 1, 0x0000000000010004", "$1 = 6", "0x0000000000010006", "$2 = 7", "SIGTRAP", "$3 = 41", "$4 = (void (*)()) 0x10008"});
}

TEST_CASE("gdb starts the debugger itself, with the program's symbols, and ends with it") {
  const std::string program = DIPTYCH_LINUX_GUESTS "/hello";
  const auto told = [&](const std::string& debugger, const std::string& commands) {
    return output_of("printf '" + commands + "' | timeout 60 " + command + " gdb " + program + " --exec " + debugger + " 2>&1; echo exit $?");
  };
  require_in_order(told("gdb", "break main\\ncontinue\\ncatch syscall write\\ncontinue\\nkill\\nquit\\n"),
                   {"Breakpoint 1 at", "Breakpoint 1, ", "main ()", "write (64) halts it", "Before system call write (64)", "killed]", "exit 0"});
  if (lldb_command().empty()) {
    WARN("lldb is not installed, so it is not started");
    return;
  }
  require_in_order(told("lldb", "breakpoint set --name main\\nprocess status\\nprocess kill\\nquit\\n"),
                   {"gdb-remote 127.0.0.1:", "stop reason = signal SIGSTOP", "_start", "Breakpoint 1: where = hello`main", "killed", "exit 0"});
}

TEST_CASE("gdb listens on the loopback unless told otherwise") {
  const std::string good = (edge_cases / "auipc.case").string();
  require_refused({"gdb", good, "--listen", "0.0.0.0:0"}, "allow it with --allow-remote");
  require_refused({"gdb", good, "--listen", "127.0.0.1:99999"});
  require_refused({"gdb", good, "--listen", "nonsense"});
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"gdb", good}, {"gdb", good, "--listen", "0.0.0.0:0", "--allow-remote"}}) {
    Running server(arguments);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    server.signal(SIGTERM);
    const Ended ended = server.wait(std::chrono::seconds(10));
    INFO(ended.err);
    CHECK(ended.exit == 0);
    CHECK(ended.err.find("Listening on ") != std::string::npos);
  }
}

TEST_CASE("gdb says in one sentence what cannot be debugged so") {
  const std::string good = (edge_cases / "auipc.case").string();
  const std::string hello = DIPTYCH_LINUX_GUESTS "/hello";
  require_refused({"gdb", "/nowhere/at-all"}, "/nowhere/at-all");
  require_refused({"gdb", DIPTYCH_LINUX_GUESTS "/hello-dynamic"}, "dynamically linked");
  require_refused({"gdb", good, "argument"}, "takes no arguments");
  require_refused({"gdb", good, "--tier", "fast"}, "there is no tier \"fast\"");
  require_refused({"gdb", good, "--beside", "nobody"}, "there is no machine \"nobody\"");
  require_refused({"gdb", good, "--beside", "qemu"}, "cannot stop after a number of instructions");
  require_refused({"gdb", good, "--threads"}, "--beside");
  require_refused({"gdb", good, "--known-too"}, "--beside");
  require_refused({"gdb", good, "--at-divergence", "--history", "0"}, "no way back");
  require_refused({"gdb", good, "--stdio", "--exec", "gdb"}, "exclude each other");
  require_refused({"gdb", good, "--stdio", "--listen", "127.0.0.1:0"}, "exclude each other");
  require_refused({"gdb", good, "--history", "-1"}, "--history is a number of MiB from 0 to");
  require_refused({"gdb", good, "--history", "16777217"}, "--history is a number of MiB from 0 to");
  require_refused({"gdb", good, "--input", "/dev/null"}, "reads no input");
  require_refused({"gdb", hello, "--input", "/nowhere/input"}, "cannot open /nowhere/input: No such file");
  require_refused({"gdb", good, "--exec", "/nowhere/debugger"}, "cannot be started");
  require_refused({"gdb", hello, "--beside", "interp"}, "unicorn can");
  require_refused({"gdb", hello, "--on-disconnect", "leave"}, "stay, end or go-on");
}

TEST_CASE("gdb refuses what is no file as the other verbs do, and does not wait for it") {
  const Folder folder;
  const std::string fifo = folder / "fifo";
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  require_refused({"gdb", fifo}, fifo + " is not a regular file");
  require_refused({"gdb", "/dev/zero"}, "/dev/zero is not a regular file");
}

TEST_CASE("gdb at a divergence that is not there says so, and ends well") {
  for (const std::string& what : {(edge_cases / "auipc.case").string(), std::string(DIPTYCH_LINUX_GUESTS "/hello")}) {
    const Ended ended = run({"gdb", what, "--at-divergence"});
    INFO(ended.err);
    CHECK(ended.exit == 0);
    CHECK(ended.err.find("agree") != std::string::npos);
  }
}

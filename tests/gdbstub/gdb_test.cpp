// The debugger itself, driven from a script, its output asserted.
#include "tests/gdbstub/client.hpp"
#include "tests/gdbstub/sample_case.hpp"
#include "tests/gdbstub/stock_gdb.hpp"

using namespace diptych;
using namespace diptych::gdb;

TEST_CASE("gdb is installed") {
  const std::string version = output_of("gdb-multiarch --version 2>&1");
  INFO(version);
  REQUIRE(version.starts_with("GNU gdb"));
}

TEST_CASE("gdb attaches, breaks, steps, changes a register and continues to the end") {
  ServerThread server(sample_case());
  const std::string output = told_by_gdb({"target remote " + server.address(),
                                          "x/3i $pc",
                                          "break *0x10008",
                                          "continue",
                                          "print $a1",
                                          "stepi",
                                          "set $a1 = 100",
                                          "info registers a1 pc",
                                          "continue",
                                          "print $a1",
                                          "delete",
                                          "continue",
                                          "print $pc",
                                          "print $a0",
                                          "print $fa0",
                                          "x/gd 0x20000",
                                          "info registers instret",
                                          "monitor status",
                                          "continue",
                                          "print $pc"});
  require_in_order(output, {"0x0000000000010000 in ??",
                            "=> 0x10000:\tli\ta0,0",
                            "0x10002:\tli\ta1,5",
                            "0x10004:\tadd\ta0,a0,a1",
                            "Breakpoint 1 at 0x10008",
                            "Breakpoint 1, 0x0000000000010008 in ??",
                            "$1 = 4",
                            "0x0000000000010004 in ??",
                            "a1             0x64\t100",
                            "pc             0x10004\t0x10004",
                            "Breakpoint 1, 0x0000000000010008 in ??",
                            "$2 = 99",
                            "Program received signal SIGTRAP",
                            "$3 = (void (*)()) 0x10010",
                            "$4 = 5055",  // 5, and 100 down to 1
                            "$5 = {float = 0, double = 5055}",
                            "0x20000:\t5055",
                            "instret        0x133\t307",
                            "At the end of the code.",
                            "[Inferior 1 (process 1) exited normally]"});
  REQUIRE(server.ends());
}

TEST_CASE("gdb reads and sets floating-point state") {
  ServerThread server(sample_case());
  require_in_order(
      told_by_gdb({"target remote " + server.address(), "set $fa0.double = 2.5", "print $fa0", "print $f10.double",
                   "set $frm = 3", "info registers fcsr", "set $fcsr = 0x21", "info registers fflags frm",
                   "print $s0 == $fp && $s0 == $x8", "kill"}),
      {"$1 = {float = 0, double = 2.5}", "$2 = 2.5", "FRM:3", "fflags         0x1", "frm            0x1", "$3 = 1"});
  REQUIRE(server.ends());
}

TEST_CASE("gdb changes memory and code, and jumps") {
  ServerThread server(sample_case());
  require_in_order(
      told_by_gdb({"target remote " + server.address(), "set {char[4]}0x20100 = \"abc\"", "x/s 0x20100", "x/s 0x20010",
                   "stepi 4", "set {short}0x10008 = 0x9002", "x/i $pc", "tbreak *0x10006", "jump *0x10006", "continue",
                   "info registers pc", "find 0x20000, +0x1000, \"abc\"", "kill"}),
      {"0x20100:\t\"abc\"", "0x20010:\t\"diptych}#$\"", "=> 0x10008:\tebreak",
       "Temporary breakpoint 1, 0x0000000000010006", "Program received signal SIGTRAP", "pc             0x10008",
       "0x20100"});
}

TEST_CASE("gdb sees a fault as the signal it is") {
  ServerThread server(sample_case());
  require_in_order(told_by_gdb({"target remote " + server.address(), "set $s0 = 1", "continue", "x/i $pc",
                                "monitor status", "continue"}),
                   {"Program received signal SIGSEGV, Segmentation fault.", "=> 0x1000a:\tsd\ta0,0(s0)",
                    "Program terminated with signal SIGSEGV, Segmentation fault."});
  REQUIRE(server.ends());
}

TEST_CASE("gdb interrupts a guest that runs for ever") {
  ServerThread server(endless_case());
  require_in_order(
      told_by_gdb({"set pagination off", "target remote " + server.address(), "python import threading, os, signal",
                   "python threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()", "continue",
                   "info registers pc", "kill"}),
      {"Program received signal SIGINT, Interrupt.", "pc             0x10000"});
}

TEST_CASE("a second gdb is told why it is not served") {
  ServerThread server(sample_case());
  Client first(server.port());
  REQUIRE(first.ask("?").starts_with("T05"));
  require_in_order(told_by_gdb({"target remote " + server.address()}), {"another debugger is attached"});
  REQUIRE(first.ask("s").starts_with("T05"));
}

TEST_CASE("gdb detaches, and another goes on where it left") {
  ServerThread server(sample_case());
  const std::string target = "target remote " + server.address();
  require_in_order(told_by_gdb({target, "break *0x1000a", "continue", "detach"}),
                   {"Breakpoint 1, 0x000000000001000a", "[Inferior 1 (process 1) detached]"});
  require_in_order(told_by_gdb({target, "print $a0", "disconnect"}), {"0x000000000001000a in ??", "$1 = 15"});
  require_in_order(told_by_gdb({target, "continue", "continue"}), {"SIGTRAP", "0x0000000000010010", "exited normally"});
  REQUIRE(server.ends());
}

TEST_CASE("gdb that stays runs the case again") {
  ServerThread server(sample_case());
  require_in_order(
      told_by_gdb({"set remote exec-file case", "target extended-remote " + server.address(), "break *0x1000a",
                   "continue", "delete", "continue", "continue", "tbreak *0x10002", "run", "print $instret", "kill"}),
      {"Breakpoint 1, 0x000000000001000a", "SIGTRAP", "exited normally", "Temporary breakpoint 2, 0x0000000000010002",
       "$1 = 1"});
}

TEST_CASE("a case halts at its end, wherever it was gone on from") {
  ServerThread server(sample_case());
  require_in_order(told_by_gdb({"target remote " + server.address(), "break *0x1000c", "continue", "continue", "print $pc", "continue"}),
                   {"Breakpoint 1, 0x000000000001000c", "Program received signal SIGTRAP", "$1 = (void (*)()) 0x10010", "exited normally"});
  REQUIRE(server.ends());
}

// gdb, as it is, with two machines in one session: the engine, and a reference beside it.
#include "tests/gdbstub/program_server.hpp"

#include <fstream>

using namespace diptych::gdb;

namespace {

// A loop of thousands of turns. In one of them a single is rounded, and what Unicorn makes of that is known to be wrong.
constexpr const char* thousands_of_turns = R"(case 1
guest riscv64
why   a single is rounded in one turn of thousands
code 0x10000
  6585        lui a1, 1
  7d000613    li a2, 2000
  15fd        addi a1, a1, -1
  00c59463    bne a1, a2, 8
  10b57553    fmul.s fa0, fa0, fa1
  f9fd        bnez a1, -10
  e008        sd a0, 0(s0)
memory 0x20000 size 0x1000 rw
registers
  s0  0x0000000000020000
  fa0 0xffffffff40000000
  fa1 0xffffffff3f000000
budget 100
)";

class CaseFile {
 public:
  explicit CaseFile(const char* text) {
    char name[] = "/tmp/diptych-gdb-test-XXXXXX.case";
    const int file = mkstemps(name, 5);
    REQUIRE(file >= 0);
    close(file);
    path_ = name;
    std::ofstream(path_) << text;
  }
  ~CaseFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

using Words = std::vector<std::string>;

Words operator+(Words left, const Words& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

const Words quietly = {"set pagination off", "set confirm off", "set width 0"};

std::string case_session(const Words& options, const Words& commands, const char* text = thousands_of_turns) {
  const CaseFile file(text);
  ProgramServer server(Words{file.path()} + options);
  return server.said_before() + told_by_gdb(quietly + Words{server.connect()} + commands);
}

std::string program_session(const Words& options, const Words& commands) {
  ProgramServer server(Words{debuggee("debuggee")} + options);
  return server.said_before() + told_by_gdb(quietly + Words{server.connect()} + commands, debuggee("debuggee"));
}

}  // namespace

TEST_CASE("the reference's registers are registers of the case") {
  for (const char* reference : {"unicorn", "interp"}) {
    const std::string output =
        case_session({"--beside", reference}, {"info registers oracle", "print $diverged", "break *0x1000c", "continue", "print $o_a1", "print $o_a1 == $a1",
                                               "info registers o_pc o_fa0 icount", "print $o_fa0.float", "stepi", "print $o_pc == $pc && $pc == 0x10010", "reverse-stepi",
                                               "print $o_pc == $pc && $icount == $instret", "monitor status", "monitor diff", "set $o_a1 = 1", "print $o_a1", "monitor stats"});
    require_in_order(output, {"o_pc           0x10000", "o_ra           0x0", "o_a7           0x0", "o_fa0          {float = 2, ", "o_fcsr         0x0", "diverged       0x0", "icount         0x0",
                              "$1 = 0", "Breakpoint 1, 0x000000000001000c", "$2 = 2000", "$3 = 1", "o_pc           0x1000c", "o_fa0          {float = 2", "icount         0x1891", "$4 = 2", "0x0000000000010010", "$5 = 1", "Breakpoint 1, 0x000000000001000c", "$6 = 1", "After a step back.", "6289 instructions retired. The case", "In the past: at 6289 of 6290.", std::string(reference) + " agrees.",
                              "Could not write register \"o_a1\"", "$7 = 2000", "6289 instructions retired on baseline"});
  }
}

TEST_CASE("the reference's registers are registers of the program") {
  require_in_order(program_session({"--beside", "unicorn"},
                                   {"print $diverged", "break turn", "continue", "info registers o_pc o_a0 diverged", "print $o_a0 == $a0 && $o_sp == $sp", "finish", "next", "step", "print $o_pc == $pc", "reverse-stepi",
                                    "print $o_pc == $pc && $icount == $instret", "reverse-step", "print $o_pc == $pc", "monitor diff", "monitor stats", "print fib(10)", "print $o_pc == $pc", "monitor status"}),
                   {"$1 = 0", "Breakpoint 1, turn (number=1)", "o_pc           0x", "<turn+", "o_a0           0x1", "diverged       0x0", "$2 = 1", "Value returned is $3 = 1", "turn (number=2)", "milestone = number",
                    "$4 = 1", "total += number", "$5 = 1", "$6 = 1", "unicorn agrees.", "instructions compared with unicorn", "0 of them for known differences", "$7 = 55", "$8 = 1", "instructions retired.\n"});
}

TEST_CASE("a condition on divergence is asked thousands of times, and holds where they part") {
  // What is known of Unicorn parts nothing, unless that is asked for.
  const Words commands = {"break *0x10010 if $diverged", "continue", "print $pc", "monitor diff"};
  const std::initializer_list<std::string_view> to_the_end = {"Program received signal SIGTRAP", "= (void (*)()) 0x10014"};
  require_in_order(case_session({"--beside", "interp"}, commands), to_the_end);
  require_in_order(case_session({"--beside", "unicorn"}, commands), to_the_end);
  require_in_order(case_session({"--beside", "unicorn"}, commands), {"fa0: engine 0xffffffff3f800000, unicorn 0x000000003f800000", "This is known of unicorn: unicorn-singles-unboxed."});
  require_in_order(case_session({"--beside", "unicorn", "--known-too"}, commands + Words{"print $diverged", "print $icount", "continue", "info breakpoints"}),
                   {"unicorn differs after 6290 instructions:", "fa0: engine 0xffffffff3f800000, unicorn 0x000000003f800000", "unicorn-singles-unboxed", "Breakpoint 1, 0x0000000000010010", "= 1", "= 6290",
                    "Breakpoint 1, 0x0000000000010010", "stop only if $diverged", "breakpoint already hit 2 times"});
}

TEST_CASE("a halt where they part is no breakpoint's, whose condition does not hold there") {
  require_in_order(case_session({"--beside", "unicorn", "--known-too"}, {"break *0x10010 if $a1 == 5", "continue", "print $instret", "continue", "print $a1", "monitor go @6286", "continue", "print $instret"}),
                   {"unicorn differs after 6290 instructions:", "Program stopped.", "0x0000000000010010", "$1 = 6290", "Breakpoint 1, ", "$2 = 5", "Program stopped.", "$3 = 6286"});
}

TEST_CASE("who goes on from a breakpoint at the very instruction halts behind it") {
  require_in_order(case_session({"--beside", "unicorn", "--known-too"}, {"break *0x1000c", "continue", "continue", "print $instret", "continue"}),
                   {"Breakpoint 1, 0x000000000001000c", "unicorn differs after 6290 instructions:", "SIGTRAP", "$1 = 6290", "SIGTRAP", "0x0000000000010014"});
  require_in_order(program_session({"--beside", "unicorn", "--known-too"}, {"break *(char*)halve + 26", "continue", "x/i $pc", "continue", "print $diverged", "continue"}),
                   {"Breakpoint 1, 0x", "fmul.s", "unicorn differs after", "SIGTRAP", "$1 = 1", ": fmv.w.x"});
  // In the midst of a line, too.
  require_in_order(case_session({"--beside", "unicorn", "--known-too"}, {"break *0x10010 if $a1 == 2001", "continue", "stepi 12", "print $instret"}), {"Breakpoint 1", "unicorn differs after 6290 instructions:", "$1 = 6290"});
}

TEST_CASE("the same of a program") {
  const Words commands = {"handle SIGUSR1 nostop noprint pass", "break turn if $diverged", "continue"};
  require_in_order(program_session({"--beside", "unicorn"}, commands + Words{"continue"}), {"Breakpoint 1 at", "exited with code 03"});
  require_in_order(program_session({"--beside", "unicorn", "--known-too"}, commands + Words{"print $diverged", "print $fa5", "print $o_fa5", "monitor diff", "monitor status", "stepi", "print $diverged", "continue"}),
                   {"unicorn differs after", ": fmul.s fa5, fa4, fa5", "fa5: engine 0xffffffff3f000000, unicorn 0x000000003f000000", "This is known of unicorn: unicorn-singles-unboxed.", "It takes over the engine's state",
                    "SIGTRAP", "halve (number=1)", "$1 = 1", "$2 = {float = 0.5, double = -nan", "$3 = {float = 0.5, double = 5.2", "fa5: engine 0x", "unicorn differs after", "when the guest goes on.\n", "$4 = 0",
                    "unicorn differs after", ": fmv.w.x"});
}

TEST_CASE("a start at the divergence stands one instruction before it") {
  require_in_order(case_session({"--at-divergence", "--known-too"},
                                {"print $diverged", "x/i $pc", "monitor status", "stepi", "print $diverged", "print $o_fa0", "continue", "print $pc", "monitor run-to-divergence", "continue", "print $pc", "reverse-stepi",
                                 "print $diverged", "reverse-stepi", "continue"}),
                   {"unicorn differs after 6290 instructions:", "This is one instruction earlier, at 0x1000c", "$1 = 0", "fmul.s", "unicorn differs after 6290 instructions:", "unicorn differs after 6290 instructions:", "$2 = 1",
                    "$3 = {float = 1, double = 5.2", "Program received signal SIGTRAP", "$4 = (void (*)()) 0x10014", "goes back to where they part first", "unicorn differs after 6290", "$5 = (void (*)()) 0x10010", "$6 = 0",
                    "unicorn differs after 6290 instructions:"});
  require_in_order(program_session({"--at-divergence", "--known-too"},
                                   {"print $diverged", "x/i $pc", "stepi", "print $diverged", "print $fa5", "print $o_fa5", "continue", "continue", "print $instret", "monitor run-to-divergence", "continue", "print $fa5", "reverse-stepi",
                                    "x/i $pc", "print $diverged"}),
                   {"unicorn differs after", "This is one instruction earlier, at 0x", "halve (number=1)", "$1 = 0", "fmul.s", "unicorn differs after", "$2 = 1", "$3 = {float = 0.5, double = -nan", "$4 = {float = 0.5, double = 5.2",
                    ": fmv.w.x", "unicorn differs after", "$5 = ", "goes back to where they part first", ": fmul.s", "$6 = {float = 0.5, double = -nan", "fmul.s", "$7 = 0"});
}

TEST_CASE("without a history they halt where they were seen to have parted") {
  require_in_order(case_session({"--beside", "unicorn", "--known-too", "--history", "0"}, {"break *0x10006 if $a1 == 1990", "continue", "print $instret", "monitor diff"}),
                   {"unicorn differs after 6291 instructions:", "With a --history the first", "Program stopped.", "$1 = 6291", "fa0: engine"});
  require_in_order(program_session({"--beside", "unicorn", "--known-too", "--history", "0"}, {"continue", "print $diverged", "monitor diff"}),
                   {"unicorn differs after", "They part within the last", "with a --history the one would be found", "$1 = 1", "They part within the last"});
}

TEST_CASE("what is changed by hand is changed of both") {
  require_in_order(case_session({"--beside", "unicorn"}, {"break *0x10010", "continue", "set $a1 = 3", "set $a0 = 5", "print $o_a1", "print $diverged", "set {long}0x20008 = 77", "set {short}0x10012 = 0xe408", "monitor diff", "continue", "print $o_a1",
                                                          "print $icount == $instret", "delete", "continue", "monitor diff", "x/2gd 0x20000", "reverse-continue", "print $o_a1", "continue", "x/2gd 0x20000", "monitor diff"}),
                   {"Breakpoint 1, ", "$1 = 3", "$2 = 0", "unicorn agrees.", "Breakpoint 1, ", "$3 = 2", "$4 = 1", "SIGTRAP", "unicorn agrees.", "0x20000:\t0\t5", "No more reverse-execution history", "$5 = 0",
                    "SIGTRAP", "0x20000:\t0\t5", "unicorn agrees."});
}

TEST_CASE("a reservation does not outlive a change by hand") {
  const char* const reserved = R"(case 1
guest riscv64
why   a word is changed under a reservation
code 0x10000
  1004362f    lr.d a2, (s0)
  18a436af    sc.d a3, a0, (s0)
memory 0x20000 size 0x1000 rw
registers
  s0  0x0000000000020000
budget 100
)";
  require_in_order(case_session({"--beside", "unicorn"}, {"stepi", "continue", "print $a3", "reverse-stepi", "set $a0 = 9", "continue", "print $a3", "monitor diff"}, reserved),
                   {"SIGTRAP", "$1 = 0", "SIGTRAP", "$2 = 1", "unicorn agrees."});
}

TEST_CASE("engine and reference are two threads of a case that go together") {
  for (const char* reference : {"unicorn", "ir"}) {
    const std::string name = "\"" + std::string(reference) + "\"";
    const std::string second = "  2    Thread 1.2 " + name, second_here = "* 2    Thread 1.2 " + name;
    require_in_order(case_session({"--beside", reference, "--threads"},
                                  {"info threads", "stepi", "info threads", "thread 2", "stepi", "info threads", "thread apply all bt", "thread 1", "break *0x1000c", "continue", "thread apply all print $a1", "thread 2", "print $a2",
                                   "set $a2 = 1", "print $a2", "stepi", "stepi", "thread apply all print $pc", "reverse-stepi", "thread apply all print $pc", "thread 1", "set $a1 = 2001", "thread apply all print $a1", "continue",
                                   "thread apply all print $a1", "continue", "thread apply all print $pc", "continue"}),
                     {"* 1    Thread 1.1 \"baseline\" 0x0000000000010000", second, "0x0000000000010000", "* 1    Thread 1.1 \"baseline\" 0x0000000000010002", "0x0000000000010002", "  1    Thread 1.1 \"baseline\" 0x0000000000010006", second_here,
                      "0x0000000000010006", "Thread 2 (Thread 1.2 " + name, "#0  0x0000000000010006", "Thread 1 (Thread 1.1", "#0  0x0000000000010006", "hit Breakpoint 1, 0x000000000001000c", "= 2000", "= 2000", "= 2000",
                      "Could not write register \"a2\"", "= 2000", "0x0000000000010010", "0x0000000000010006", "0x10006", "0x10006", "0x10010", "0x10010", "= 2001", "= 2001", "hit Breakpoint 1", "= 2000", "= 2000", "received signal SIGTRAP", "0x10014",
                      "0x10014", "exited normally"});
  }
}

TEST_CASE("engine and reference are two threads of a program that go together") {
  const Words commands = {"break turn", "continue", "info threads", "thread apply all bt", "thread 2", "print number", "print per_thread", "stepi", "info threads", "next", "info threads", "finish", "thread 1", "stepi", "info threads",
                          "continue", "stepi", "stepi", "info threads", "print fib(10)", "finish", "continue", "thread 2", "finish", "info threads", "info breakpoints", "set $a0 = 1", "delete", "watch milestone", "continue",
                          "thread apply all print number", "reverse-continue", "thread apply all print number"};
  require_in_order(program_session({"--beside", "unicorn", "--threads"}, commands),
                   {"hit Breakpoint 1, turn (number=1)", "\"baseline\" turn (number=1)", "\"unicorn\"  turn (number=1)", "\"unicorn\")", "#1  0x", "in main", "\"baseline\")", "#1  0x", "in main", "$1 = 1", "$2 = 7",
                    // Off a breakpoint the debugger moves the one without the other; they are in one place all the same.
                    "turn (number=1)", "* 2    Thread", "turn (number=1)", "milestone", "\"baseline\" turn (number=1)", "\"unicorn\"  turn (number=1)", "Value returned is $3 = 1", "0x", "\"baseline\" 0x", "in main", "\"unicorn\"  0x",
                    "in main", "hit Breakpoint 1, turn (number=2)", "\"baseline\" 0x", "turn (number=2)", "\"unicorn\"  0x", "turn (number=2)", "$4 = 55", "Value returned is $5 = 3", "hit Breakpoint 1, turn (number=3)",
                    "Value returned is $6 = 6", "* 2    Thread", "in main", "breakpoint already hit 3 times", "Could not write register \"a0\"", "Old value = 0", "New value = 1000", "= 1000", "= 1000", "Old value = 1000", "New value = 0",
                    "= 1000", "= 1000"});
  const auto places = program_session({"--beside", "unicorn", "--threads"}, {"break turn", "continue", "thread 2", "stepi", "thread apply all print $pc", "stepi", "thread apply all print $pc", "thread 1", "stepi", "thread apply all print $pc"});
  require_in_order(places, {"<turn+14>", "<turn+14>", "<turn+16>", "<turn+16>", "<turn+20>", "<turn+20>"});
}

TEST_CASE("where they part, the thread of the reference has what it came to") {
  require_in_order(case_session({"--beside", "unicorn", "--known-too", "--threads"}, {"continue", "thread apply all print $fa0.double", "thread apply all print $fa0.float"}),
                   {"unicorn differs after 6290 instructions:", "\"unicorn\")", "= 5.26", "\"baseline\")", "= -nan", "= 1", "= 1"});
  require_in_order(program_session({"--at-divergence", "--known-too", "--threads"}, {"info threads", "stepi", "thread apply all print $fa5.double", "thread 2", "stepi", "thread apply all print $fa5.double"}),
                   {"\"baseline\"", "halve (number=1)", "\"unicorn\"", "halve (number=1)", "unicorn differs after", "\"unicorn\")", "= 5.22", "\"baseline\")", "= -nan", "\"unicorn\")", "= -nan", "\"baseline\")", "= -nan"});
}

TEST_CASE("what the reference cannot execute it takes over, and compares the rest") {
  const char* const shifts_and_rounds = R"(case 1
guest riscv64
why   unicorn has no Zba, and rounds singles as it likes
code 0x10000
  4505        li a0, 1
  20a5a633    sh1add a2, a1, a0
  0505        addi a0, a0, 1
  20a5a633    sh1add a2, a1, a0
  0505        addi a0, a0, 1
  e010        sd a2, 0(s0)
memory 0x20000 size 0x1000 rw
registers
  a1  0x0000000000000005
  s0  0x0000000000020000
budget 100
)";
  require_in_order(case_session({"--beside", "unicorn"}, {"continue", "print $diverged", "print $o_a2", "print $icount", "monitor diff", "monitor stats", "reverse-continue", "stepi", "stepi", "monitor diff", "print $o_a2"}, shifts_and_rounds),
                   {"SIGTRAP", "0x0000000000010010", "$1 = 0", "$2 = 12", "$3 = 6", "unicorn agrees.", "2 instructions not compared, since unicorn does not have their extensions", "No more reverse", "0x0000000000010006", "unicorn does not have the extension of the last instruction", "$4 = 11"});
  require_in_order(case_session({"--beside", "unicorn", "--history", "0"}, {"break *0x10008", "continue", "monitor diff", "continue", "monitor diff", "monitor stats"}, shifts_and_rounds),
                   {"Breakpoint 1", "unicorn does not have this instruction", "SIGTRAP", "unicorn agrees.", "1 instructions not compared, since", "2 instructions not compared: with a --history"});
  require_in_order(case_session({"--beside", "unicorn", "--known-too"}, {"continue", "print $o_pc", "print $icount"}, shifts_and_rounds),
                   {"unicorn differs after 2 instructions:", "stop: engine budget, unicorn illegal", "unicorn does not have this instruction", "0x0000000000010006", "0x10002", "$2 = 1"});
}

TEST_CASE("a reference that begins anew behind a long way keeps the reservation") {
  const char* const long_way = R"(case 1
guest riscv64
why   a word is reserved behind a long way
code 0x10000
  6585        lui a1, 1
  15fd        addi a1, a1, -1
  fdfd        bnez a1, -2
  1004362f    lr.d a2, (s0)
  0505        addi a0, a0, 1
  18a436af    sc.d a3, a0, (s0)
memory 0x20000 size 0x1000 rw
registers
  s0  0x0000000000020000
budget 100
)";
  require_in_order(case_session({"--beside", "unicorn"}, {"break *0x1000a", "break *0x1000c", "continue", "continue", "continue", "print $a3", "monitor diff", "x/gx 0x20000"}, long_way),
                   {"Breakpoint 1, ", "Breakpoint 2, ", "SIGTRAP", "$1 = 0", "unicorn agrees.", "0x20000:\t0x0000000000000001"});
}

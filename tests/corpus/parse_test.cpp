#include "corpus/parse.hpp"

#include "tests/catch.hpp"

#include <chrono>

using namespace diptych;

namespace {

std::string error_of(std::string_view text) {
  auto read = parse_case(text, "broken.case");
  return read ? "it was read" : read.error().message;
}

// Line 1 and 2 are the header; what is given begins at line 3.
std::string error_in(std::string_view rest) { return error_of("case 1\nguest riscv64\n" + std::string(rest)); }

// A whole case but for what is given, which begins at line 6.
std::string error_behind(std::string_view rest) {
  return error_in("code 0x10000\n  4501\nbudget 1\n" + std::string(rest));
}

constexpr std::string_view documented = R"(case 1
guest riscv64
why   amomin.w must compare as signed words            # one line, for people

code 0x10000
  80b5262f    amomin.w a2, a1, (a0)
memory 0x20000 size 0x1000 rw
  0x20010     ff ff ff 7f 00 00 00 00
registers
  a0  0x0000000000020010
  a1  0x0000000080000000
budget 10

expect                      # written by a person, or a vote of three machines
  stop end                  # the PC reached the end of the code
  a2  0x000000007fffffff
  memory 0x20010  00 00 00 80 00 00 00 00
)";

}  // namespace

TEST_CASE("the documented case is read") {
  const Case some = parse_case(documented, "documented.case").value();
  CHECK(some.guest() == Guest::riscv64);
  CHECK(some.why == "amomin.w must compare as signed words");
  CHECK(some.notes.empty());
  CHECK(some.program.code_address == 0x10000);
  CHECK(some.program.code == std::vector<u8>{0x2f, 0x26, 0xb5, 0x80});
  CHECK(some.program.code_access == (Access::read | Access::execute));
  CHECK(some.program.memory == std::vector<Region>{{0x20000, 0x1000, Access::read | Access::write}});
  std::vector<u8> line(16, 0);
  line[0] = line[1] = line[2] = 0xff;
  line[3] = 0x7f;
  CHECK(some.program.contents == std::vector<Bytes>{{0x20010, line}});
  CHECK(some.input.memory.empty());
  CHECK(some.input.state.words[10] == 0x20010);
  CHECK(some.input.state.words[11] == 0x80000000);
  CHECK(some.input.state.words[32] == 0x10000);
  CHECK(some.budget.instructions == 10);
  REQUIRE(some.expect);
  CHECK(some.expect->stop == Stop{});
  CHECK(some.expect->registers == std::vector<ExpectedRegister>{{12, 0x7fffffff}});
  CHECK(some.expect->memory == std::vector<Bytes>{{0x20010, {0, 0, 0, 0x80, 0, 0, 0, 0}}});
  CHECK_FALSE(some.expect->retired);
}

TEST_CASE("line ends, order, indentation and spelling are free") {
  const Case plain = parse_case(documented, "documented.case").value();
  std::string carriage;
  for (char c : documented) carriage += c == '\n' ? "\r\n" : std::string(1, c);
  CHECK(parse_case(carriage, "x").value() == plain);
  CHECK(parse_case(documented.substr(0, documented.size() - 1), "x").value() == plain);
  CHECK(parse_case("\xef\xbb\xbf" + std::string(documented), "x").value() == plain);
  CHECK(parse_case(R"(# a comment before everything
	case 1
guest riscv64
expect
memory 0x20010 00
x12 2147483647
memory 131089 00 00 80  00 00 00 00
memory 0x20010 00
stop end
budget 0xa
memory 0x20000 size 4096 wr
0x20010 FF ff
registers
x11 0x80000000
a0 131088
memory 0x21000 size 0x1000 r
why amomin.w must compare as signed words
code 65536 rx
2f 26
80b5  # the rest
)",
                   "x")
            .value()
            .program.memory.size() == 2);
}

TEST_CASE("code is read in every spelling") {
  const Case some = parse_case(
                        "case 1\nguest riscv64\nbudget 1\ncode 0x10000 xrw\n  12345678 9abc de f0\n  4501  c.li a0, 0\n"
                        "  4505\tc.li a0, 1\n  4509   fadd.d\n  450d  dead beef\n",
                        "x")
                        .value();
  CHECK(some.program.code ==
        std::vector<u8>{0x78, 0x56, 0x34, 0x12, 0xbc, 0x9a, 0xde, 0xf0, 1, 0x45, 5, 0x45, 9, 0x45, 0x0d, 0x45});
  CHECK(some.program.code_access == (Access::read | Access::write | Access::execute));
}

TEST_CASE("every kind of stop is read") {
  auto stop_of = [](std::string_view said) {
    return parse_case("case 1\nguest riscv64\ncode 0x10000\n 4501\nbudget 1\nexpect\n stop " + std::string(said), "x")
        .value()
        .expect->stop.value();
  };
  for (StopKind kind : {StopKind::end, StopKind::budget, StopKind::illegal, StopKind::breakpoint, StopKind::system_call,
                        StopKind::runaway})
    CHECK(stop_of(name_of(kind)) == Stop{kind, Access::none, 0});
  for (StopKind kind : {StopKind::fault, StopKind::misaligned})
    for (Access access : {Access::none, Access::read, Access::write, Access::execute}) {
      const Stop stop{kind, access, 0xfffffffffffffff0};
      CHECK(stop_of(describe(stop)) == stop);
    }
}

TEST_CASE("an empty expectation and repeated why are kept") {
  const Case some =
      parse_case(
          "case 1\nguest riscv64\nwhy one\nwhy\nwhy two \\# \\x \\\\ # three\nnote n\ncode 0x10000\n 4501\nbudget "
          "1\nexpect\n",
          "x")
          .value();
  CHECK(some.why == "one\n\ntwo # \\x \\");
  CHECK(some.notes == std::vector<std::string>{"n"});
  CHECK(some.expect == Expectation{});
}

TEST_CASE("the header is insisted on") {
  CHECK(error_of("") == "broken.case:1:1: expected \"case 1\" and found nothing");
  CHECK(error_of("# only a comment\n\n") == "broken.case:2:1: expected \"case 1\" and found nothing");
  CHECK(error_of("\n  guest riscv64\n") == "broken.case:2:3: expected \"case 1\" and found \"guest\"");
  CHECK(error_of("case\n") == "broken.case:1:5: the version of the format is missing: expected \"case 1\"");
  CHECK(error_of("case 2\n") == "broken.case:1:6: \"2\" is not a version of the format read here, which is 1");
  CHECK(error_of("case 1 1\n") == "broken.case:1:8: unexpected \"1\" at the end of the line");
  CHECK(error_of("case 1\ncase 1\n") == "broken.case:2:1: case is said twice");
  CHECK(error_of("case 1\nguest") == "broken.case:2:6: the name of the guest is missing");
  CHECK(error_of("case 1\nguest vax") == "broken.case:2:7: \"vax\" is not a guest");
  CHECK(error_in("guest riscv64") == "broken.case:3:1: guest is said twice");
  CHECK(error_of("case 1\nguest riscv64 now") == "broken.case:2:15: unexpected \"now\" at the end of the line");
  CHECK(error_of("case 1\n") == "broken.case:1:7: guest is missing");
  CHECK(error_of("case 1\nbudget 1") == "broken.case:2:1: budget stands before guest");
  CHECK(error_of("case 1\ncode 0x10000") == "broken.case:2:1: code stands before guest");
  CHECK(error_of("case 1\nmemory 0 size 0x1000 rw") == "broken.case:2:1: memory stands before guest");
  CHECK(error_of("case 1\nregisters") == "broken.case:2:1: registers stands before guest");
  CHECK(error_of("case 1\nexpect") == "broken.case:2:1: expect stands before guest");
  CHECK(error_in("") == "broken.case:2:14: code is missing");
  CHECK(error_in("code 0x10000\n  4501\n") == "broken.case:4:7: budget is missing");
  CHECK(error_in("why so\n  4501") ==
        "broken.case:4:3: \"4501\" begins no section: expected guest, why, note, code, "
        "memory, registers, before, budget or expect");
}

TEST_CASE("errors in code") {
  CHECK(error_in("code") == "broken.case:3:5: the address of the code is missing");
  CHECK(error_in("code here") ==
        "broken.case:3:6: \"here\" is not a number, decimal or 0x and hexadecimal, for the address of the code");
  CHECK(error_in("code 0x10000000000000000") ==
        "broken.case:3:6: \"0x10000000000000000\" as the address of the code does not fit 64 bits");
  CHECK(error_in("code 18446744073709551616") ==
        "broken.case:3:6: \"18446744073709551616\" as the address of the code does not fit 64 bits");
  CHECK(error_in("code 0x10000 rxq") ==
        "broken.case:3:14: \"rxq\" is not an access: expected letters of rwx, each once");
  CHECK(error_in("code 0x10000 rr") == "broken.case:3:14: \"rr\" is not an access: expected letters of rwx, each once");
  CHECK(error_in("code 0x10000 rx 1") == "broken.case:3:17: unexpected \"1\" at the end of the line");
  CHECK(error_in("code 0x10000\n  4501\ncode 0x10000") == "broken.case:5:1: code is said twice");
  const std::string form = " is not code: expected 2, 4 or 8 hexadecimal digits, and two blanks before a disassembly";
  CHECK(error_in("code 0x10000\n  450\n") == "broken.case:4:3: \"450\"" + form);
  CHECK(error_in("code 0x10000\n  450g\n") == "broken.case:4:3: \"450g\"" + form);
  CHECK(error_in("code 0x10000\n  4501 c.li a0, 0\n") == "broken.case:4:8: \"c.li\"" + form);
  CHECK(error_in("code 0x10000\n  48 89  80\n") ==
        "broken.case:4:10: \"80\" would be code but for the two blanks before it");
  CHECK(error_in("code 0x10000\nbudget 1") == "broken.case:3:6: there is no code");
  CHECK(error_in("code 0x10001\n  4501\nbudget 1") == "broken.case:3:6: the code's address 0x10001 is odd");
  CHECK(error_in("code 0x10000 rw\n  4501\nbudget 1") == "broken.case:3:6: the code is not executable");
  CHECK(error_in("code 0xfffffffffffff000\n  4501\nbudget 1") ==
        "broken.case:3:6: the code at 0xfffffffffffff000 reaches the last page of the address space");
}

TEST_CASE("errors in memory") {
  CHECK(error_behind("memory") == "broken.case:6:7: the address of the memory is missing");
  CHECK(error_behind("memory x size 1 rw") ==
        "broken.case:6:8: \"x\" is not a number, decimal or 0x and hexadecimal, for the address of the memory");
  CHECK(error_behind("memory 0x20000") == "broken.case:6:15: the size of the memory is missing");
  CHECK(error_behind("memory 0x20000 0x1000") == "broken.case:6:16: expected \"size\" and found \"0x1000\"");
  CHECK(error_behind("memory 0x20000 size") == "broken.case:6:20: the size of the memory is missing");
  CHECK(error_behind("memory 0x20000 size 0x") ==
        "broken.case:6:21: \"0x\" is not a number, decimal or 0x and hexadecimal, for the size of the memory");
  CHECK(error_behind("memory 0x20000 size 0x1000") == "broken.case:6:27: the access to the memory is missing");
  CHECK(error_behind("memory 0x20000 size 0x1000 rwa") ==
        "broken.case:6:28: \"rwa\" is not an access: expected letters of rwx, each once");
  CHECK(error_behind("memory 0x20000 size 0x1000 rw x") == "broken.case:6:31: unexpected \"x\" at the end of the line");
  CHECK(error_behind("memory 0x20000 size 0x1001 rw") ==
        "broken.case:6:8: memory 0x20000 size 0x1001 is no whole number of 4096-byte pages");
  CHECK(error_behind("memory 0x20000 size 0 rw") ==
        "broken.case:6:8: memory 0x20000 size 0x0 is no whole number of 4096-byte pages");
  CHECK(error_behind("memory 0x20000 size 0xfffffffffffff000 rw") ==
        "broken.case:6:8: memory 0x20000 size 0xfffffffffffff000 reaches the last page of the address space");
  CHECK(error_behind("memory 0x20000 size 0x10000000 rw") ==
        "broken.case:6:8: there are more than 67108864 bytes of memory");
  CHECK(error_behind("memory 0x10000 size 0x1000 rw") ==
        "broken.case:6:8: memory 0x10000 overlaps the pages of the code");
  CHECK(error_behind("memory 0x22000 size 0x1000 rw\nmemory 0x20000 size 0x2000 rw\nmemory 0x21000 size 0x1000 r\n") ==
        "broken.case:8:8: memory 0x21000 overlaps or precedes memory 0x20000");
  CHECK(error_behind("memory 0x20000 size 0x1000 rw\nmemory 0x20000 size 0x1000 rw\n") ==
        "broken.case:7:8: memory 0x20000 overlaps or precedes memory 0x20000");
  const std::string page = "memory 0x20000 size 0x1000 rw\n";
  CHECK(error_behind(page + "  here 00") ==
        "broken.case:7:3: \"here\" is not a number, decimal or 0x and hexadecimal, for an address");
  CHECK(error_behind(page + "  0x20000 0") == "broken.case:7:11: \"0\" is not a byte of two hexadecimal digits");
  CHECK(error_behind(page + "  0x20000 00 xy") == "broken.case:7:14: \"xy\" is not a byte of two hexadecimal digits");
  CHECK(error_behind(page + "  0x20000") == "broken.case:7:10: at least one byte is missing behind the address");
  CHECK(error_behind(page + "  0x20fff 00 00") ==
        "broken.case:7:3: the 2 bytes at 0x20fff are not inside memory 0x20000 size 0x1000");
  CHECK(error_behind(page + "  0x1ffff 00 00") ==
        "broken.case:7:3: the 2 bytes at 0x1ffff are not inside memory 0x20000 size 0x1000");
  CHECK(error_behind(page + "  0xffffffffffffffff 00 00") ==
        "broken.case:7:3: the bytes at 0xffffffffffffffff pass the end of the address space");
  CHECK(error_behind(page + "  0x20000 00 01\n  0x20001 01 02\n  0x20000 00 02") ==
        "broken.case:9:14: the byte at 0x20001 is said twice, with different values");
}

TEST_CASE("errors in registers and budget") {
  CHECK(error_in("registers now") == "broken.case:3:11: unexpected \"now\" at the end of the line");
  CHECK(error_in("registers\n  a77 1") == "broken.case:4:3: \"a77\" is not a register of riscv64");
  CHECK(error_in("registers\n  zero 1") == "broken.case:4:3: \"zero\" is not a register of riscv64");
  CHECK(error_in("registers\n  a0") == "broken.case:4:5: the value of a0 is missing");
  CHECK(error_in("registers\n  a0 -1") ==
        "broken.case:4:6: \"-1\" is not a number, decimal or 0x and hexadecimal, for the value of a0");
  CHECK(error_in("registers\n  a0 0x12345678123456789") ==
        "broken.case:4:6: \"0x12345678123456789\" as the value of a0 does not fit 64 bits");
  CHECK(error_in("registers\n  fcsr 0x100") == "broken.case:4:8: 0x100 does not fit the 8 bits of fcsr");
  CHECK(error_in("registers\n  a0 1 2") == "broken.case:4:8: unexpected \"2\" at the end of the line");
  CHECK(error_in("registers\n  a0 1\n  x10 1") == "broken.case:5:3: register a0 is said twice");
  CHECK(error_in("registers\nwhy so\nregisters") == "broken.case:5:1: registers is said twice");
  CHECK(error_behind("registers\n  pc 0x10001") == "broken.case:7:6: the PC 0x10001 is odd");
  CHECK(error_in("budget") == "broken.case:3:7: the budget is missing");
  CHECK(error_in("budget 1 2") == "broken.case:3:10: unexpected \"2\" at the end of the line");
  CHECK(error_in("budget 1\nbudget 1") == "broken.case:4:1: budget is said twice");
}

TEST_CASE("errors in what is expected") {
  CHECK(error_in("expect so") == "broken.case:3:8: unexpected \"so\" at the end of the line");
  CHECK(error_in("expect\nexpect") == "broken.case:4:1: expect is said twice");
  CHECK(error_in("expect\n  stop") == "broken.case:4:7: the kind of stop is missing");
  CHECK(error_in("expect\n  stop here") == "broken.case:4:8: \"here\" is not a kind of stop");
  CHECK(error_in("expect\n  stop end\n  stop end") == "broken.case:5:3: stop is said twice");
  CHECK(error_in("expect\n  stop end 1") == "broken.case:4:12: unexpected \"1\" at the end of the line");
  CHECK(error_in("expect\n  stop fault") ==
        "broken.case:4:13: the access that was tried is missing: expected read, write or execute");
  CHECK(error_in("expect\n  stop fault jump 1") ==
        "broken.case:4:14: expected read, write or execute and found \"jump\"");
  CHECK(error_in("expect\n  stop fault read") == "broken.case:4:18: the address of the stop is missing");
  CHECK(error_in("expect\n  a77 1") == "broken.case:4:3: \"a77\" is not a register of riscv64");
  CHECK(error_in("expect\n  a0 1\n  a0 1") == "broken.case:5:3: register a0 is said twice");
  CHECK(error_in("expect\n  retired") == "broken.case:4:10: the retired count is missing");
  CHECK(error_in("expect\n  retired 1\n  retired 1") == "broken.case:5:3: retired is said twice");
  CHECK(error_in("expect\n  memory") == "broken.case:4:9: an address is missing");
  CHECK(error_in("expect\n  memory 0x20000") == "broken.case:4:17: at least one byte is missing behind the address");
  CHECK(error_in("expect\n  memory 0x20000 00\n  memory 0x20000 01") ==
        "broken.case:5:18: the byte at 0x20000 is said twice, with different values");
  CHECK(error_behind("expect\n  memory 0x20000 00") ==
        "broken.case:7:10: the 1 bytes expected at 0x20000 are not inside one memory region or the code");
  CHECK(error_behind("expect\n  memory 0x10001 45 00") ==
        "broken.case:7:10: the 2 bytes expected at 0x10001 are not inside one memory region or the code");
}

TEST_CASE("inputs that ran before are read, and are as the one compared where they say nothing") {
  const Case some = parse_case(R"(case 1
guest riscv64
code 0x10000
  4501
before
  a1  7
  0x20001  01
  0x20010  00
memory 0x20000 size 0x1000 rw
  0x20000  02
  0x20010  03
before
registers
  a0  5
  pc  0x10002
budget 1
before
  pc  0x10000
  a0  0
)",
                               "before.case")
                        .value();
  REQUIRE(some.earlier.size() == 3);
  CHECK(some.earlier[0].state.words[10] == 5);
  CHECK(some.earlier[0].state.words[11] == 7);
  CHECK(some.earlier[0].state.words[32] == 0x10002);
  std::vector<u8> lines(32, 0);
  lines[0] = 2, lines[1] = 1;
  CHECK(some.earlier[0].memory == std::vector<Bytes>{{0x20000, lines}});
  CHECK(some.earlier[1] == Input{some.input.state, {}});
  CHECK(some.earlier[2].state.words[32] == 0x10000);
  CHECK(some.earlier[2].state.words[10] == 0);
  CHECK(some.input.state.words[11] == 0);
  REQUIRE(some.all_inputs().size() == 4);
  CHECK(some.all_inputs().back() == some.input);
}

TEST_CASE("errors in inputs that ran before") {
  CHECK(error_of("case 1\nbefore") == "broken.case:2:1: before stands before guest");
  CHECK(error_in("before now") == "broken.case:3:8: unexpected \"now\" at the end of the line");
  CHECK(error_in("before\n  a77 1") == "broken.case:4:3: \"a77\" is not a register of riscv64");
  CHECK(error_in("before\n  a0 1\nbefore\n  a0 1\n  a0 1") == "broken.case:7:3: register a0 is said twice");
  CHECK(error_in("before\n  0x20000") == "broken.case:4:10: at least one byte is missing behind the address");
  CHECK(error_in("before\n  0x20000 00\n  0x20000 01") ==
        "broken.case:5:11: the byte at 0x20000 is said twice, with different values");
  CHECK(error_behind("memory 0x20000 size 0x1000 rw\nbefore\n  0x20fff 00 00") ==
        "broken.case:8:3: the 2 bytes at 0x20fff are not inside one memory region");
  CHECK(error_behind("before\n  0x10000 00") == "broken.case:7:3: the 1 bytes at 0x10000 are not inside one memory region");
  CHECK(error_behind("before\n  pc 0x10001") == "broken.case:7:6: the PC 0x10001 is odd");
  std::string many;
  for (std::size_t i = 0; i < most_earlier_inputs; ++i) many += "before\n";
  CHECK(error_behind(many) == "it was read");
  CHECK(error_behind(many + "before\n") == "broken.case:1030:1: more than 1024 inputs run before");
}

TEST_CASE("what is no text is refused where it begins") {
  CHECK(error_of(std::string_view("case 1\n\0", 8)) ==
        "broken.case:2:1: the byte 0x00 begins no printable character of UTF-8");
  CHECK(error_of("case 1\nwhy é\x1b[2J") == "broken.case:2:6: the byte 0x1b begins no printable character of UTF-8");
  CHECK(error_of("case 1 # \xff") == "broken.case:1:10: the byte 0xff begins no printable character of UTF-8");
  CHECK(error_of("case 1\rguest") == "broken.case:1:7: the byte 0x0d begins no printable character of UTF-8");
  CHECK(error_of("\x7f"
                 "ELF") == "broken.case:1:1: the byte 0x7f begins no printable character of UTF-8");
  CHECK(error_of("case 1\nwhy \xc2\x85") == "broken.case:2:5: the byte 0xc2 begins no printable character of UTF-8");
}

TEST_CASE("columns count characters") {
  CHECK(error_of("case 1\nguest é→x y") == "broken.case:2:7: \"é→x\" is not a guest");
  CHECK(error_of("case 1\nguest riscv64\ncode 0x10000  é\n") ==
        "broken.case:3:15: \"é\" is not an access: expected letters of rwx, each once");
  CHECK(error_of("case 1 é é") == "broken.case:1:8: unexpected \"é\" at the end of the line");
}

TEST_CASE("messages show hostile names and words harmlessly") {
  CHECK(parse_case("case 1\nguest \"a\\b\"", "a\nb\x1b.case").error().message ==
        "a\\x0ab\\x1b.case:2:7: \"\\\"a\\\\b\\\"\" is not a guest");
  CHECK(error_of("case 1\nguest " + std::string(100000, 'x')) ==
        "broken.case:2:7: \"" + std::string(40, 'x') + "...\" is not a guest");
}

TEST_CASE("a text that is too large is refused before it is read") {
  CHECK(error_of(std::string(10 << 20, '#')) ==
        "broken.case:1:1: the text has 10485760 bytes, and a case at most 4194304");
  std::string largest(documented);
  largest.resize(largest_case_text, '#');
  CHECK(parse_case(largest, "x"));
  largest += '#';
  CHECK_FALSE(parse_case(largest, "x"));
}

TEST_CASE("the largest texts take time in proportion") {
  auto seconds = [](const std::string& text) {
    const auto begun = std::chrono::steady_clock::now();
    (void)parse_case(text, "x");
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  };
  auto repeated = [](std::string head, std::string_view line) {
    while (head.size() + line.size() <= largest_case_text) head += line;
    return head;
  };
  const std::string head = "case 1\nguest riscv64\nbudget 1\ncode 0x10000\n  4501\n";
  std::string regions = head;
  for (u64 at = 0x20000; regions.size() + 40 < largest_case_text; at += 0x1000)
    regions += "memory " + std::to_string(at) + " size 4096 rw\n";
  std::string scattered = head + "expect\n";
  for (u64 at = 1; scattered.size() + 40 < largest_case_text; ++at)
    scattered += "memory " + std::to_string(at * 0x9e3779b97f4a7c15 >> 1) + " 00\n";
  // Quadratic time would be hours; the bound leaves room for sanitizers and a busy host.
  for (const std::string& text :
       {regions, scattered, repeated(head + "why x\n", "why\n"), repeated(head + "note", "\nnote x"),
        repeated(head, "4501\n"), repeated(head + "memory 0x20000 size 0x1000 rw\n", "0x20000 00\n"),
        repeated("case 1 #", "#"), repeated("case 1\nguest ", "\xc3\xa9"),
        repeated(head + "memory 0x20000 size 0x1000 rw\n 0x20000", " 00"), repeated(head + "registers\n a0 ", "0"),
        repeated(head, "\n"), repeated(head, "memory 0x20000 size 0x1000 rw\n")})
    CHECK(seconds(text) < 20);
}

#include "corpus/print.hpp"

#include "corpus/parse.hpp"
#include "tests/catch.hpp"
#include "tests/corpus/random_case.hpp"

using namespace diptych;

namespace {

Case small() {
  Case some;
  some.why = "amomin.w must compare as signed words";
  some.program.code_address = 0x10000;
  some.program.code = {0x2f, 0x26, 0xb5, 0x80, 0x01, 0x45};
  some.program.memory = {{0x20000, 0x1000, Access::read | Access::write}};
  some.program.contents = {{0x20010, {0xff, 0xff, 0xff, 0x7f}}};
  some.input.state.words[10] = 0x20010;
  some.input.state.words[11] = 0x80000000;
  some.input.state.words[32] = 0x10000;
  some.input.state.words[65] = 0x60;
  some.budget.instructions = 10;
  some.expect = Expectation{.stop = Stop{}, .registers = {{12, 0x7fffffff}}, .memory = {}, .retired = 2};
  some.expect->memory = {{0x20010, {0, 0, 0, 0x80}}};
  return some;
}

}  // namespace

TEST_CASE("a case is printed in the documented shape") {
  auto disassemble = [](u64 address, std::span<const u8> bytes) -> Disassembled {
    CHECK(address + bytes.size() == 0x10006);
    if (address == 0x10000) return {4, "amomin.w a2, a1, (a0)"};
    return {2, "c.li\ta0, 0\n"};
  };
  CHECK(print_case(small(), disassemble) == R"(case 1
guest riscv64
why   amomin.w must compare as signed words

code 0x10000
  80b5262f    amomin.w a2, a1, (a0)
  4501        c.li	a0, 0
memory 0x20000 size 0x1000 rw
  0x20010       ff ff ff 7f 00 00 00 00
registers
  a0    0x0000000000020010
  a1    0x0000000080000000
  fcsr  0x60
budget 10

expect
  stop end
  a2  0x000000007fffffff
  memory 0x20010  00 00 00 80
  retired 2
)");
}

TEST_CASE("without a disassembler the guest's length rule breaks the code") {
  Case some = small();
  some.program.code = {0x01, 0x45, 0x2f, 0x26, 0xb5, 0x80, 0x03, 0x04, 0x05};
  const std::string text = print_case(some);
  CHECK(text.find("code 0x10000\n  4501\n  80b5262f\n  03 04 05\nmemory") != std::string::npos);
  some.program.code = {0x01};
  CHECK(print_case(some).find("code 0x10000\n  01\nmemory") != std::string::npos);
}

TEST_CASE("code of byte-oriented guests is printed as bytes") {
  Case some;
  some.program.guest = Guest::x86_64;
  some.program.code_address = 0x10000;
  some.program.code = {0x48, 0x89, 0xd8, 0x90};
  auto disassemble = [](u64, std::span<const u8> bytes) -> Disassembled {
    if (bytes.size() == 4) return {3, "mov rax, rbx"};
    return {1, "nop"};
  };
  const std::string text = print_case(some, disassemble);
  CHECK(text.find("  48 89 d8                    mov rax, rbx\n  90                          nop\n") !=
        std::string::npos);
  CHECK(parse_case(text, "x.case").value() == flatten(some));
}

TEST_CASE("a disassembler that answers nonsense is not believed") {
  const Case some = small();
  for (std::size_t length : {std::size_t{0}, std::size_t{7}, ~std::size_t{0}}) {
    const std::string text = print_case(some, [&](u64, auto) { return Disassembled{length, "nonsense"}; });
    CHECK(parse_case(text, "x.case").value() == flatten(some));
    CHECK(text.find("nonsense") == std::string::npos);
  }
  // Text that would begin a line of its own, or be taken for code, cannot.
  const std::string text = print_case(some, [&](u64, auto) { return Disassembled{2, "a\nbudget 7\n"}; });
  CHECK(parse_case(text, "x.case").value() == flatten(some));
}

TEST_CASE("the input's memory is laid over the program's contents") {
  Case some = small();
  some.input.memory = {{0x20011, {0x11}}, {0x20011, {0x22, 0x33}}};
  const std::string text = print_case(some);
  CHECK(text.find("0x20010       ff 22 33 7f 00 00 00 00\n") != std::string::npos);
  const Case read = parse_case(text, "x.case").value();
  CHECK(read == flatten(some));
  CHECK(read.input.memory.empty());
}

TEST_CASE("zero lines and zero halves of lines are not printed") {
  Case some = small();
  some.program.contents = {{0x20000, std::vector<u8>(64, 0)}, {0x20009, {1}}, {0x20030, {1}}, {0x2003f, {2}}};
  const std::string text = print_case(some);
  CHECK(text.find("rw\n"
                  "  0x20008       00 01 00 00 00 00 00 00\n"
                  "  0x20030       01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02\n"
                  "registers") != std::string::npos);
}

TEST_CASE("of inputs that ran before only what differs is printed") {
  Case some = small();
  some.expect.reset();
  some.earlier.assign(3, some.input);
  some.earlier[0].state.words[10] = 0x20000;
  some.earlier[0].state.words[32] = 0x10004;
  some.earlier[0].memory = {{0x20010, {0xff, 0xff, 0xff, 0x7f}}, {0x20020, {1}}};
  some.earlier[2].state.words[11] = 0;
  some.earlier[2].memory = {{0x20013, {0}}};
  const std::string text = print_case(some);
  CHECK(text.substr(text.find("\n  fcsr")) == std::string(R"(
  fcsr  0x60
before
  pc  0x0000000000010004
  a0  0x0000000000020000
  0x20020       01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
before
before
  a1  0x0000000000000000
  0x20010       ff ff ff 00 00 00 00 00 00 00 00 00 00 00 00 00
budget 10
)"));
  CHECK(parse_case(text, "x.case").value() == flatten(some));
}

TEST_CASE("a PC elsewhere than at the start of the code is printed") {
  Case some = small();
  some.input.state.words[32] = 0x10004;
  CHECK(print_case(some).find("  pc    0x0000000000010004\n") != std::string::npos);
  some.input.state.words[32] = 0;
  CHECK(parse_case(print_case(some), "x.case").value() == flatten(some));
}

TEST_CASE("free text survives whatever it says") {
  Case some = small();
  some.why = "tail # no comment \\# and \\\\ back\\\n\n  second\x01line\xff \n\té→";
  some.notes = {"", "seed 1", "#"};
  const Case read = parse_case(print_case(some), "x.case").value();
  CHECK(read.why == "tail # no comment \\# and \\\\ back\\\n\nsecond line\né→");
  CHECK(read.notes == some.notes);
  CHECK(read == flatten(some));
  some.why = "\n";
  CHECK(parse_case(print_case(some), "x.case").value().why == "\n");
}

TEST_CASE("random cases survive printing and parsing, and print the same again") {
  tests::RandomCase random(20240611);
  for (int i = 0; i < 3000; ++i) {
    const Case some = random.make();
    REQUIRE(check(some.program));
    REQUIRE(flatten(some) == some);
    const std::string text = print_case(some);
    auto read = parse_case(text, "random.case");
    INFO(text);
    if (!read) FAIL(read.error().message);
    REQUIRE(*read == some);
    REQUIRE(print_case(*read) == text);
  }
}

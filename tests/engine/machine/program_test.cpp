// What a program and an input must be before any machine sees them.
#include "engine/machine/program.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "tests/catch.hpp"

#include <functional>

using namespace diptych;

namespace {

Program good() {
  Program program;
  program.code_address = 0x10000;
  program.code = {0x13, 0, 0, 0};
  program.memory = {{0x20000, 0x1000, Access::read | Access::write}, {0x21000, 0x2000, Access::read}};
  program.contents = {{0x20ff8, {1, 2, 3, 4, 5, 6, 7, 8}}};
  return program;
}

// What check() says once the program has been spoilt; empty where it still passes.
std::string complaint(const std::function<void(Program&)>& spoil) {
  Program program = good();
  spoil(program);
  const auto checked = check(program);
  if (checked) return "";
  CHECK(checked.error().kind == ErrorKind::bad_input);
  CHECK(checked.error().message.find('\n') == std::string::npos);
  return checked.error().message;
}

}  // namespace

TEST_CASE("a sound program passes") {
  CHECK(complaint([](Program&) {}) == "");
  CHECK(complaint([](Program& p) { p.memory.clear(), p.contents.clear(); }) == "");
  CHECK(complaint([](Program& p) { p.code.assign(1, 0); }) == "");
  CHECK(complaint([](Program& p) { p.code_address = 0x1fffe, p.code.resize(2); }) == "");
  CHECK(complaint([](Program& p) { p.code_access = Access::execute; }) == "");
  CHECK(complaint([](Program& p) { p.memory[1].address = 0xffffffffffffd000; }) == "");
}

TEST_CASE("code must be there, executable, even, of sane size and off the last page") {
  CHECK(complaint([](Program& p) { p.code.clear(); }) == "there is no code");
  CHECK(complaint([](Program& p) { p.code.resize((1 << 20) + 1); }).find("longer than") != std::string::npos);
  CHECK(complaint([](Program& p) { p.code_address = 0x10001; }) == "the code's address 0x10001 is odd");
  CHECK(complaint([](Program& p) { p.code_access = Access::read | Access::write; }) == "the code is not executable");
  CHECK(complaint([](Program& p) { p.code_address = 0xfffffffffffffffe; }).find("last page") != std::string::npos);
  CHECK(complaint([](Program& p) { p.code_address = 0xffffffffffffeffe; }).find("last page") != std::string::npos);
  CHECK(complaint([](Program& p) { p.memory.clear(), p.contents.clear(), p.code_address = 0xffffffffffffeffc; }) == "");
}

TEST_CASE("memory must be whole pages, in order, apart, and permit something") {
  CHECK(complaint([](Program& p) { p.memory[0].size = 0; }).find("whole number") != std::string::npos);
  CHECK(complaint([](Program& p) { p.memory[0].size = 0x800; }).find("whole number") != std::string::npos);
  CHECK(complaint([](Program& p) { p.memory[0].address = 0x20800; }).find("whole number") != std::string::npos);
  CHECK(complaint([](Program& p) { p.memory[0].access = Access::none; }).find("permits no access") != std::string::npos);
  CHECK(complaint([](Program& p) { p.memory[0].size = 0x2000; }).find("overlaps or precedes") != std::string::npos);
  CHECK(complaint([](Program& p) { std::swap(p.memory[0], p.memory[1]); }).find("overlaps or precedes") != std::string::npos);
  CHECK(complaint([](Program& p) { p.memory[1].address = 0xfffffffffffff000; }).find("last page") != std::string::npos);
  CHECK(complaint([](Program& p) { p.memory[1].address = 0xffffffffffffe000; }).find("last page") != std::string::npos);
  CHECK(complaint([](Program& p) { p.memory[1].size = ~u64{0xfff}; }).find("last page") != std::string::npos);
  CHECK(complaint([](Program& p) { p.memory[1].size = 1 << 27; }).find("more than") != std::string::npos);
}

TEST_CASE("memory keeps off every page the code touches") {
  CHECK(complaint([](Program& p) { p.code_address = 0x20ffe; }).find("pages of the code") != std::string::npos);
  CHECK(complaint([](Program& p) { p.code_address = 0x1fffe; }).find("pages of the code") != std::string::npos);
  CHECK(complaint([](Program& p) { p.code_address = 0x1fffc; }) == "");
  CHECK(complaint([](Program& p) { p.code_address = 0x23000; }) == "");
  CHECK(complaint([](Program& p) { p.code_address = 0x22ffe; }).find("pages of the code") != std::string::npos);
}

TEST_CASE("contents lie inside one region") {
  CHECK(complaint([](Program& p) { p.contents[0].address = 0x20ff9; }).find("not inside one memory region") != std::string::npos);
  CHECK(complaint([](Program& p) { p.contents[0].address = 0x1ffff; }).find("not inside") != std::string::npos);
  CHECK(complaint([](Program& p) { p.contents[0].address = 0x10000; }).find("not inside") != std::string::npos);
  CHECK(complaint([](Program& p) { p.contents[0].address = ~u64{0}; }).find("not inside") != std::string::npos);
  CHECK(complaint([](Program& p) { p.contents[0].address = 0x21000; }) == "");
  CHECK(complaint([](Program& p) { p.contents[0].bytes.resize(0x3000); }).find("not inside") != std::string::npos);
}

TEST_CASE("an input has an even PC, and bytes where there is memory") {
  const Program program = good();
  Input input;
  input.state.words[riscv64::pc_word] = 0x10002;
  CHECK(check(program, input));
  input.memory = {{0x22ff0, std::vector<u8>(16)}};
  CHECK(check(program, input));
  input.memory = {{0x22ff1, std::vector<u8>(16)}};
  REQUIRE(!check(program, input));
  CHECK(check(program, input).error().message == "the 16 bytes given at 0x22ff1 are not inside one memory region");
  input.memory.clear();
  input.state.words[riscv64::pc_word] = 0x10001;
  REQUIRE(!check(program, input));
  CHECK(check(program, input).error().message == "the PC 0x10001 is odd");
}

// The tables asked without knowing the guest.
#include "engine/guest/instructions.hpp"

#include "engine/guest/riscv64/table.hpp"
#include "tests/catch.hpp"
#include "tests/engine/guest/riscv64/vectors.hpp"

using namespace diptych;
using riscv64::code_of;

namespace {

bool repeats(std::string_view text, Access access = Access::read | Access::execute) {
  Program program;
  program.code_address = 0x10000;
  program.code = code_of(text);
  program.code_access = access;
  return may_repeat(program);
}

}  // namespace

TEST_CASE("rows are told by number") {
  REQUIRE(row_count(Guest::riscv64) == riscv64::rows().size());
  CHECK(row_count(Guest::x86_64) == 0);
  const std::size_t row = riscv64::index_of(*riscv64::row_named("sh2add.uw"));
  CHECK(row_info(Guest::riscv64, row).mnemonic == "sh2add.uw");
  CHECK(row_info(Guest::riscv64, row).form == "sh2add.uw rd, rs1, rs2");
  CHECK(extensions_of(Guest::riscv64)[row_info(Guest::riscv64, row).extension] == "Zba");
}

TEST_CASE("an instruction is read from the head of some bytes") {
  const std::vector<u8> code = code_of("addi a0, a0, 1; c.nop");
  const auto first = instruction_at(Guest::riscv64, code);
  REQUIRE(first);
  CHECK(first->mnemonic == "addi");
  CHECK(first->length == 4);
  CHECK(first->text == "addi a0, a0, 1");
  CHECK(first->row == riscv64::index_of(*riscv64::row_named("addi")));
  const auto second = instruction_at(Guest::riscv64, std::span(code).subspan(4));
  REQUIRE(second);
  CHECK(second->length == 2);
  CHECK(second->word == 1);

  CHECK(!instruction_at(Guest::riscv64, std::span(code).first(3)));
  CHECK(!instruction_at(Guest::riscv64, std::span(code).first(1)));
  CHECK(!instruction_at(Guest::riscv64, {}));
  CHECK(!instruction_at(Guest::aarch64, code));
  const u8 zeros[] = {0, 0};
  const auto illegal = instruction_at(Guest::riscv64, zeros);
  REQUIRE(illegal);
  CHECK(!illegal->row);
  CHECK(illegal->mnemonic == "illegal");
}

TEST_CASE("the extensions of code are those of its rows") {
  using riscv64::bit;
  using riscv64::Extension;
  CHECK(extensions_used(Guest::riscv64, {}) == 0);
  CHECK(extensions_used(Guest::riscv64, code_of("addi a0, a0, 1; c.nop; bset a0, a0, a0")) ==
        (bit(Extension::I) | bit(Extension::C) | bit(Extension::Zbs)));
}

TEST_CASE("code that may send control backwards is known") {
  CHECK(!repeats("addi a0, a0, 1"));
  CHECK(!repeats("beq a0, a1, 8; c.j 4; c.nop; jal ra, 8; c.beqz a0, 4"));
  CHECK(repeats("beq a0, a1, -8"));
  CHECK(repeats("bne a0, a1, 0"));
  CHECK(repeats("c.nop; c.j -2"));
  CHECK(repeats("c.bnez a0, -2"));
  CHECK(repeats("jal zero, 0"));
  CHECK(repeats("jalr zero, 0(ra)"));
  CHECK(repeats("c.jr ra"));
  CHECK(repeats("c.jalr ra"));
  CHECK(repeats("addi a0, a0, 1", Access::read | Access::write | Access::execute));
}

TEST_CASE("a forward jump to where no instruction was read may meet a backward one") {
  // The upper half of the lui is a c.j.
  CHECK(repeats("c.j 4; lui a1, 0xbffd0"));
  CHECK(riscv64::disassemble(0xbffd) == "c.j -2");
  CHECK(!repeats("c.j 6; lui a1, 0xbffd0"));
  CHECK(!repeats("c.j 2; lui a1, 0xbffd0"));

  Program program;
  program.code_address = 0x10ffc;
  program.code = code_of("jal zero, 8");
  program.memory = {{0x11000, 0x1000, Access::read | Access::write | Access::execute}};
  CHECK(may_repeat(program));
  program.memory[0].access = Access::read | Access::write;
  CHECK(!may_repeat(program));
}

TEST_CASE("single-bit instructions are no branches for all their names") {
  CHECK(!repeats("bset a0, a0, a1; bclri a0, a0, 3; binv a0, a0, a1; bexti a0, a0, 1"));
}

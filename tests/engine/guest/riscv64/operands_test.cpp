#include "engine/guest/riscv64/operands.hpp"

#include "tests/catch.hpp"

using namespace diptych;
using namespace diptych::riscv64;

namespace {

constexpr Operands operands(std::string_view line, u32 word) {
  return extract_operands(parse_encoding(line, field_width), word);
}

// Signed immediates are extended from their own highest bit, unsigned ones are not.
static_assert(operands("imm[11:0] rs1 000 rd 0010011", 0xfff00513).imm == -1);
static_assert(operands("imm[11:0] rs1 000 rd 0010011", 0x7ff00513).imm == 2047);
static_assert(operands("imm[31:12] rd 0110111", 0x80000537).imm == -0x80000000ll);
static_assert(operands("imm[20|10:1|11|19:12] rd 1101111", 0xffdff0ef).imm == -4);
static_assert(operands("000 imm[5] rd imm[4:0] 01", 0x1501).imm == -32);
static_assert(operands("110 uimm[5:2|7:6] rs2 10", 0xdffe).uimm == 0xfc);

// A compressed register number stands for x8 to x15.
static_assert(operands("100 0 11 rs1' 00 rs2' 01", 0x8c01).rs1 == 8);
static_assert(operands("100 0 11 rs1' 00 rs2' 01", 0x8f9d).rs1 == 15);
static_assert(operands("100 0 11 rs1' 00 rs2' 01", 0x8f9d).rs2 == 15);
static_assert(operands("000 nzuimm[5:4|9:6|2|3] rd' 00", 0x0040).rd == 8);
static_assert(operands("000 nzuimm[5:4|9:6|2|3] rd' 00", 0x0040).uimm == 4);

static_assert(operands("rs3 00 rs2 rs1 rm rd 1000011", 0xf8000043).rs3 == 31);
static_assert(operands("rs3 00 rs2 rs1 rm rd 1000011", 0x00007043).rm == 7);
static_assert(operands("csr zimm 101 rd 1110011", 0x003fd073).csr == 3);
static_assert(operands("csr zimm 101 rd 1110011", 0x003fd073).zimm == 31);
static_assert(operands("00010 aq rl 00000 rs1 010 rd 0101111", 0x1405a52f).aq == 1);
static_assert(operands("00010 aq rl 00000 rs1 010 rd 0101111", 0x1405a52f).rl == 0);
static_assert(operands("fm pred succ rs1 000 rd 0001111", 0x8330000f).fm == 8);
static_assert(operands("fm pred succ rs1 000 rd 0001111", 0x0310000f).pred == 3);
static_assert(operands("fm pred succ rs1 000 rd 0001111", 0x0310000f).succ == 1);

static_assert(field_width("rd") == 5 && field_width("rd'") == 3 && field_width("csr") == 12);
static_assert(field_width("imm") == 0, "an immediate always says its bits");

}  // namespace

TEST_CASE("operands a row does not name are zero") {
  const Operands none = operands("000000000000 00000 000 00000 1110011", 0x73);
  CHECK(none.rd == 0);
  CHECK(none.rs1 == 0);
  CHECK(none.imm == 0);
  CHECK(none.uimm == 0);
}

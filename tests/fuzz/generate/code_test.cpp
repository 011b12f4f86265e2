#include "fuzz/generate/code.hpp"

#include "fuzz/generate/named_rows.hpp"
#include "tests/catch.hpp"

using namespace diptych;
using namespace diptych::fuzz;

namespace {

std::vector<u8> bytes_of(std::initializer_list<u32> words) {
  std::vector<u8> bytes;
  for (u32 word : words)
    for (unsigned i = 0; i < riscv64::length_of(u16(word)); ++i) bytes.push_back(u8(word >> (8 * i)));
  return bytes;
}

constexpr u32 c_nop = 0x0001;

u32 branch_over(i64 bytes) { return with(*named_rows().bne, {.rs1 = 10, .imm = u32(bytes)}); }

i64 offset_of(const Item& item) { return riscv64::decode(item.word).operands.imm; }

}  // namespace

TEST_CASE("code is read and written back unchanged") {
  const std::vector<u8> code = bytes_of({branch_over(8), c_nop, c_nop, 0x00b50633, 0x0000, 0x9c41});
  Code list;
  list.read(code);
  CHECK(list.size() == 6);
  CHECK(list[0].target == 3);
  std::vector<u8> again;
  list.write(again);
  CHECK(again == code);
}

TEST_CASE("offsets follow insertions and removals between a branch and its target") {
  Code list;
  list.read(bytes_of({branch_over(8), c_nop, c_nop, c_nop}));
  REQUIRE(list[0].target == 3);
  REQUIRE(list.insert(2, item_of(0x00b50633)));
  std::vector<u8> code;
  list.write(code);
  CHECK(offset_of(list[0]) == 12);
  list.erase(1);
  list.erase(1);
  list.write(code);
  CHECK(offset_of(list[0]) == 6);
  CHECK(code.size() == 8);
}

TEST_CASE("an address made of auipc and addi follows as well") {
  const NamedRows& rows = named_rows();
  Code list;
  list.read(bytes_of({with(*rows.auipc, {.rd = 5}), with(*rows.addi, {.rd = 5, .rs1 = 5, .imm = 14}),
                      with(*rows.c_jr, {.rs1 = 5}), c_nop, c_nop, c_nop}));
  REQUIRE(list[1].pair);
  CHECK(list[1].target == 5);
  CHECK(list[1].glued);
  CHECK(list[2].glued);
  CHECK(list.landing(1) == 3);
  list.insert(3, item_of(c_nop));
  std::vector<u8> code;
  list.write(code);
  CHECK(offset_of(list[1]) == 16);
}

TEST_CASE("a branch that can no longer reach goes to what follows it") {
  const NamedRows& rows = named_rows();
  Code list;
  list.clear();
  list.append(item_of(*rows.c_bnez, with(*rows.c_bnez, {.rs1 = 10})));
  for (int i = 0; i < 100; ++i) list.append(item_of(0x00b50633));
  list[0].target = 100;
  std::vector<u8> code;
  list.write(code);
  CHECK(offset_of(list[0]) == 2);
}

TEST_CASE("only loops that count go backward") {
  const NamedRows& rows = named_rows();
  const u32 set = with(*rows.addi, {.rd = 10, .imm = 3}),
            down = with(*rows.addi, {.rd = 10, .rs1 = 10, .imm = ~u32{0}});
  auto target_of_last = [](std::initializer_list<u32> words) {
    Code list;
    list.read(bytes_of(words));
    tame(list);
    return int(list[list.size() - 1].target);
  };
  CHECK(target_of_last({set, c_nop, down, branch_over(-6)}) == 1);
  CHECK(target_of_last({set, c_nop, c_nop, branch_over(-4)}) == 4);
  CHECK(target_of_last({c_nop, c_nop, down, branch_over(-6)}) == 4);
  CHECK(target_of_last({set, set, down, branch_over(-8)}) == 4);
  CHECK(target_of_last({set, c_nop, with(*rows.c_j, {.imm = u32(-2)})}) == 3);
}

TEST_CASE("a jump through a register without an address becomes a jump ahead") {
  const NamedRows& rows = named_rows();
  Code list;
  list.read(bytes_of({c_nop, with(*rows.jalr, {.rs1 = 10}), c_nop}));
  tame(list);
  CHECK(list[1].shape() == rows.c_j);
  CHECK(list[1].target == 2);
  list.read(bytes_of({0x0000, with(*rows.jalr, {})}));  // through x0, behind what is no instruction
  tame(list);
  CHECK(list[1].shape() == rows.c_j);
}

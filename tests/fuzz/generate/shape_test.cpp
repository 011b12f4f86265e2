#include "fuzz/generate/shape.hpp"

#include "fuzz/generate/random.hpp"
#include "tests/catch.hpp"

using namespace diptych;
using namespace diptych::fuzz;

TEST_CASE("rows are found as the decoder finds them") {
  Random random(1);
  for (int i = 0; i < 300000; ++i) {
    u32 word = u32(random.next());
    if (i % 2 == 0) {
      const Encoding& encoding = shapes()[random.below(u32(shapes().size()))].row->encoding;
      word = (word & ~encoding.mask) | encoding.match;
    }
    const riscv64::Decoded decoded = riscv64::decode(word);
    REQUIRE(row_of(word) == (decoded.row ? u16(riscv64::index_of(*decoded.row)) : no_row));
  }
}

TEST_CASE("what a row does with its operands is read off its form") {
  CHECK(shape_named("beq").flow == Flow::branch);
  CHECK(shape_named("c.bnez").flow == Flow::branch);
  CHECK(shape_named("jal").flow == Flow::jump);
  CHECK(shape_named("c.j").flow == Flow::jump);
  CHECK(shape_named("jalr").flow == Flow::indirect);
  CHECK(shape_named("c.andi").flow == Flow::next);
  CHECK(shape_named("lui").flow == Flow::next);
  CHECK(shape_named("c.ebreak").flow == Flow::trap);
  CHECK(shape_named("fsw").memory == Memory::store);
  CHECK(shape_named("c.fldsp").memory == Memory::load);
  CHECK(shape_named("amomaxu.d").memory == Memory::update);
  CHECK(shape_named("jalr").memory == Memory::none);
  CHECK(shape_named("lhu").access == 2);
  CHECK(shape_named("c.fsdsp").access == 8);
  CHECK(shape_named("flw").access == 4);
  CHECK(shape_named("sc.w").access == 4);
  CHECK(shape_named("sb").access == 1);
  CHECK(shape_named("c.swsp").at_stack);
  CHECK(shape_named("fcvt.s.d").operand(OperandKind::rd)->single);
  CHECK_FALSE(shape_named("fcvt.s.d").operand(OperandKind::rs1)->single);
  CHECK(shape_named("fcvt.w.s").operand(OperandKind::rs1)->single);
  CHECK_FALSE(shape_named("fcvt.w.s").operand(OperandKind::rd)->floating);
  CHECK(shape_named("c.fld").operand(OperandKind::rd)->floating);
}

TEST_CASE("the written register is known, whatever names it") {
  auto written = [](u32 word) { return written_by(row_of(word), word); };
  CHECK(written(0x00b50633) == 12);  // add a2, a0, a1
  CHECK(written(0x00b52023) == 0);   // sw a1, 0(a0)
  CHECK(written(0x00b50463) == 0);   // beq a0, a1, 8
  CHECK(written(0x8d0d) == 10);      // c.sub a0, a1
  CHECK(written(0x6141) == 2);       // c.addi16sp sp, 16
  CHECK(written(0x9502) == 1);       // c.jalr a0
  CHECK(written(0x8502) == 0);       // c.jr a0
  CHECK(written(0xc119) == 0);       // c.beqz a0, 6
  CHECK(written(0x00b57553) == 0);   // fadd.s fa0, fa0, fa1
}

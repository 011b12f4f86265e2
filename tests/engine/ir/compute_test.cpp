#include "engine/ir/compute.hpp"

#include "tests/catch.hpp"

namespace diptych::ir {
namespace {

u64 value(Opcode opcode, Type type, Type operand_type, u64 a, u64 b = 0, u64 c = 0) {
  return compute({.opcode = opcode, .type = type, .operand_type = operand_type}, {a, b, c, 0}).value;
}

}  // namespace

TEST_CASE("results are as wide as their type") {
  CHECK(value(Opcode::add, Type::i8, Type::i8, 0xff, 1) == 0);
  CHECK(value(Opcode::subtract, Type::i32, Type::i32, 0, 1) == 0xffffffff);
  CHECK(value(Opcode::multiply, Type::i16, Type::i16, 0x100, 0x100) == 0);
  CHECK(value(Opcode::shift_left, Type::i32, Type::i32, 1, 32) == 0);
  CHECK(value(Opcode::shift_right_signed, Type::i32, Type::i32, 0x80000000, 31) == 0xffffffff);
  CHECK(value(Opcode::shift_right_unsigned, Type::i32, Type::i32, 0x80000000, 31) == 1);
  CHECK(value(Opcode::extend_signed, Type::i32, Type::i8, 0x80) == 0xffffff80);
  CHECK(value(Opcode::extend_unsigned, Type::i64, Type::i1, 1) == 1);
  CHECK(value(Opcode::truncate, Type::i8, Type::i64, 0x1234) == 0x34);
}

TEST_CASE("a sign counts where the operation says so") {
  CHECK(value(Opcode::less_signed, Type::i1, Type::i32, 0xffffffff, 0) == 1);
  CHECK(value(Opcode::less_unsigned, Type::i1, Type::i32, 0xffffffff, 0) == 0);
  CHECK(value(Opcode::divide_signed, Type::i32, Type::i32, 0xfffffff8, 2) == 0xfffffffc);
  CHECK(value(Opcode::divide_unsigned, Type::i32, Type::i32, 0xfffffff8, 2) == 0x7ffffffc);
  CHECK(value(Opcode::multiply_high_signed, Type::i64, Type::i64, ~u64{0}, ~u64{0}) == 0);
  CHECK(value(Opcode::multiply_high_mixed, Type::i64, Type::i64, ~u64{0}, ~u64{0}) == ~u64{0});
  CHECK(value(Opcode::multiply_high_unsigned, Type::i64, Type::i64, ~u64{0}, ~u64{0}) == ~u64{0} - 1);
}

TEST_CASE("floating point takes its rounding mode first and raises flags") {
  const Computed third = compute({.opcode = Opcode::float_divide, .type = Type::f64, .operand_type = Type::f64},
                                 {0, 0x3ff0000000000000, 0x4008000000000000, 0});
  CHECK(third.value == 0x3fd5555555555555);
  CHECK(third.flags == 1);
}

}  // namespace diptych::ir

#include "tests/engine/ir/passes/before_after.hpp"

namespace diptych::ir {
namespace {

struct Rule {
  const char* name;
  const char* before;  ///< the last value is what is written to word 3
  const char* after;   ///< without what is dead
};

constexpr Rule rules[] = {
    {"two constants",
     "%0 = constant i64 0x5; %1 = constant i64 0x7; %2 = subtract i64 %0, %1",
     "%0 = constant i64 0xfffffffffffffffe; write_word %0 3"},
    {"x + 0",
     "%0 = read_word i64 1; %1 = constant i64 0x0; %2 = add i64 %0, %1",
     "%0 = read_word i64 1; write_word %0 3"},
    {"(x + 5) + 7",
     "%0 = read_word i64 1; %1 = constant i64 0x5; %2 = add i64 %0, %1; %3 = constant i64 0x7; %4 = add i64 %2, %3",
     "%0 = read_word i64 1; %1 = constant i64 0xc; %2 = add i64 %0, %1; write_word %2 3"},
    {"5 + x: a constant stands right",
     "%0 = read_word i64 1; %1 = constant i64 0x5; %2 = add i64 %1, %0",
     "%0 = read_word i64 1; %1 = constant i64 0x5; %2 = add i64 %0, %1; write_word %2 3"},
    {"x - 5",
     "%0 = read_word i64 1; %1 = constant i64 0x5; %2 = subtract i64 %0, %1",
     "%0 = read_word i64 1; %1 = constant i64 0xfffffffffffffffb; %2 = add i64 %0, %1; write_word %2 3"},
    {"x - x",
     "%0 = read_word i64 1; %1 = subtract i64 %0, %0",
     "%0 = constant i64 0x0; write_word %0 3"},
    {"x ^ x",
     "%0 = read_word i64 1; %1 = bit_xor i64 %0, %0",
     "%0 = constant i64 0x0; write_word %0 3"},
    {"x & x",
     "%0 = read_word i64 1; %1 = bit_and i64 %0, %0",
     "%0 = read_word i64 1; write_word %0 3"},
    {"x | x",
     "%0 = read_word i64 1; %1 = bit_or i64 %0, %0",
     "%0 = read_word i64 1; write_word %0 3"},
    {"x * 0",
     "%0 = read_word i64 1; %1 = constant i64 0x0; %2 = multiply i64 %0, %1",
     "%0 = constant i64 0x0; write_word %0 3"},
    {"x * 1",
     "%0 = read_word i64 1; %1 = constant i64 0x1; %2 = multiply i64 %0, %1",
     "%0 = read_word i64 1; write_word %0 3"},
    {"x * 8",
     "%0 = read_word i64 1; %1 = constant i64 0x8; %2 = multiply i64 %0, %1",
     "%0 = read_word i64 1; %1 = constant i64 0x3; %2 = shift_left i64 %0, %1; write_word %2 3"},
    {"x / 8",
     "%0 = read_word i64 1; %1 = constant i64 0x8; %2 = divide_unsigned i64 %0, %1",
     "%0 = read_word i64 1; %1 = constant i64 0x3; %2 = shift_right_unsigned i64 %0, %1; write_word %2 3"},
    {"x % 8",
     "%0 = read_word i64 1; %1 = constant i64 0x8; %2 = remainder_unsigned i64 %0, %1",
     "%0 = read_word i64 1; %1 = constant i64 0x7; %2 = bit_and i64 %0, %1; write_word %2 3"},
    {"x & ~0",
     "%0 = read_word i64 1; %1 = constant i64 0xffffffffffffffff; %2 = bit_and i64 %0, %1",
     "%0 = read_word i64 1; write_word %0 3"},
    {"x & 0",
     "%0 = read_word i64 1; %1 = constant i64 0x0; %2 = bit_and i64 %0, %1",
     "%0 = constant i64 0x0; write_word %0 3"},
    {"(x & 0xff) & 0xf0",
     "%0 = read_word i64 1; %1 = constant i64 0xff; %2 = bit_and i64 %0, %1; %3 = constant i64 0xf0; %4 = bit_and i64 %2, %3",
     "%0 = read_word i64 1; %1 = constant i64 0xf0; %2 = bit_and i64 %0, %1; write_word %2 3"},
    {"(x & 0xff) & 0xfff: the mask says nothing new",
     "%0 = read_word i64 1; %1 = constant i64 0xff; %2 = bit_and i64 %0, %1; %3 = constant i64 0xfff; %4 = bit_and i64 %2, %3",
     "%0 = read_word i64 1; %1 = constant i64 0xff; %2 = bit_and i64 %0, %1; write_word %2 3"},
    {"(x | 0xf00) & 0xff",
     "%0 = read_word i64 1; %1 = constant i64 0xf00; %2 = bit_or i64 %0, %1; %3 = constant i64 0xff; %4 = bit_and i64 %2, %3",
     "%0 = read_word i64 1; %1 = constant i64 0xff; %2 = bit_and i64 %0, %1; write_word %2 3"},
    {"(x | 3) | 1",
     "%0 = read_word i64 1; %1 = constant i64 0x3; %2 = bit_or i64 %0, %1; %3 = constant i64 0x1; %4 = bit_or i64 %2, %3",
     "%0 = read_word i64 1; %1 = constant i64 0x3; %2 = bit_or i64 %0, %1; write_word %2 3"},
    {"(x | 3) | 4",
     "%0 = read_word i64 1; %1 = constant i64 0x3; %2 = bit_or i64 %0, %1; %3 = constant i64 0x4; %4 = bit_or i64 %2, %3",
     "%0 = read_word i64 1; %1 = constant i64 0x7; %2 = bit_or i64 %0, %1; write_word %2 3"},
    {"(x ^ 3) ^ 5",
     "%0 = read_word i64 1; %1 = constant i64 0x3; %2 = bit_xor i64 %0, %1; %3 = constant i64 0x5; %4 = bit_xor i64 %2, %3",
     "%0 = read_word i64 1; %1 = constant i64 0x6; %2 = bit_xor i64 %0, %1; write_word %2 3"},
    {"(x ^ 3) ^ 3",
     "%0 = read_word i64 1; %1 = constant i64 0x3; %2 = bit_xor i64 %0, %1; %3 = constant i64 0x3; %4 = bit_xor i64 %2, %3",
     "%0 = read_word i64 1; write_word %0 3"},
    {"x << 0",
     "%0 = read_word i64 1; %1 = constant i64 0x0; %2 = shift_left i64 %0, %1",
     "%0 = read_word i64 1; write_word %0 3"},
    {"x << 64",
     "%0 = read_word i64 1; %1 = constant i64 0x40; %2 = shift_left i64 %0, %1",
     "%0 = constant i64 0x0; write_word %0 3"},
    {"(x << 3) << 4",
     "%0 = read_word i64 1; %1 = constant i64 0x3; %2 = shift_left i64 %0, %1; %3 = constant i64 0x4; %4 = shift_left i64 %2, %3",
     "%0 = read_word i64 1; %1 = constant i64 0x7; %2 = shift_left i64 %0, %1; write_word %2 3"},
    {"(x >> 60) >> 4: nothing is left",
     "%0 = read_word i64 1; %1 = constant i64 0x3c; %2 = shift_right_unsigned i64 %0, %1; %3 = constant i64 0x4; %4 = shift_right_unsigned i64 %2, %3",
     "%0 = constant i64 0x0; write_word %0 3"},
    {"a signed shift by 64 is not nothing",
     "%0 = read_word i64 1; %1 = constant i64 0x40; %2 = shift_right_signed i64 %0, %1",
     "%0 = read_word i64 1; %1 = constant i64 0x40; %2 = shift_right_signed i64 %0, %1; write_word %2 3"},
    {"a rotation by 64",
     "%0 = read_word i64 1; %1 = constant i64 0x40; %2 = rotate_right i64 %0, %1",
     "%0 = read_word i64 1; write_word %0 3"},
    {"the low word of a doubleword made of it",
     "%0 = read_word i64 1; %1 = truncate i32 %0; %2 = extend_signed i64 %1; %3 = truncate i32 %2; %4 = extend_unsigned i64 %3",
     "%0 = read_word i64 1; %1 = truncate i32 %0; %2 = extend_unsigned i64 %1; write_word %2 3"},
    {"a byte of a word made of a doubleword",
     "%0 = read_word i64 1; %1 = truncate i32 %0; %2 = truncate i8 %1; %3 = extend_signed i64 %2",
     "%0 = read_word i64 1; %1 = truncate i8 %0; %2 = extend_signed i64 %1; write_word %2 3"},
    {"a halfword of a byte made wide",
     "%0 = read_word i64 1; %1 = truncate i8 %0; %2 = extend_signed i64 %1; %3 = truncate i16 %2; %4 = extend_signed i64 %3",
     "%0 = read_word i64 1; %1 = truncate i8 %0; %2 = extend_signed i64 %1; write_word %2 3"},
    {"extended twice, signed",
     "%0 = read_word i64 1; %1 = truncate i8 %0; %2 = extend_signed i32 %1; %3 = extend_signed i64 %2",
     "%0 = read_word i64 1; %1 = truncate i8 %0; %2 = extend_signed i64 %1; write_word %2 3"},
    {"extended twice, unsigned first",
     "%0 = read_word i64 1; %1 = truncate i8 %0; %2 = extend_unsigned i32 %1; %3 = extend_signed i64 %2",
     "%0 = read_word i64 1; %1 = truncate i8 %0; %2 = extend_unsigned i64 %1; write_word %2 3"},
    {"extended twice, signed first, stays",
     "%0 = read_word i64 1; %1 = truncate i8 %0; %2 = extend_signed i32 %1; %3 = extend_unsigned i64 %2",
     "%0 = read_word i64 1; %1 = truncate i8 %0; %2 = extend_signed i32 %1; %3 = extend_unsigned i64 %2; write_word %3 3"},
    {"cut and extended where nothing was lost",
     "%0 = read_word i64 1; %1 = constant i64 0xff; %2 = bit_and i64 %0, %1; %3 = truncate i32 %2; %4 = extend_signed i64 %3",
     "%0 = read_word i64 1; %1 = constant i64 0xff; %2 = bit_and i64 %0, %1; write_word %2 3"},
    {"cut and extended where the sign may be lost, stays",
     "%0 = read_word i64 1; %1 = constant i64 0xffffffff; %2 = bit_and i64 %0, %1; %3 = truncate i32 %2; %4 = extend_signed i64 %3",
     "%0 = read_word i64 1; %1 = truncate i32 %0; %2 = extend_signed i64 %1; write_word %2 3"},
    {"a word cut from behind a mask",
     "%0 = read_word i64 1; %1 = constant i64 0xffffffffff; %2 = bit_and i64 %0, %1; %3 = truncate i32 %2; %4 = extend_signed i64 %3",
     "%0 = read_word i64 1; %1 = truncate i32 %0; %2 = extend_signed i64 %1; write_word %2 3"},
    {"a word cut from below a box",
     "%0 = read_word i64 1; %1 = constant i64 0xffffffff00000000; %2 = bit_or i64 %0, %1; %3 = truncate i32 %2; %4 = extend_signed i64 %3",
     "%0 = read_word i64 1; %1 = truncate i32 %0; %2 = extend_signed i64 %1; write_word %2 3"},
    {"a single read where one was written",
     "%0 = read_word i64 1; %1 = truncate i32 %0; %2 = extend_unsigned i64 %1; %3 = constant i64 0xffffffff00000000; %4 = bit_or i64 %2, %3; %5 = constant i64 0x20; %6 = shift_right_unsigned i64 %4, %5; %7 = truncate i32 %6; %8 = constant i32 0xffffffff; %9 = equal i1 %7, %8; %10 = truncate i32 %4; %11 = constant i32 0x7fc00000; %12 = select i32 %9, %10, %11; %13 = reinterpret f32 %12; %14 = reinterpret i32 %13; %15 = extend_signed i64 %14",
     "%0 = read_word i64 1; %1 = truncate i32 %0; %2 = extend_signed i64 %1; write_word %2 3"},
    {"chosen from one",
     "%0 = read_word i64 1; %1 = read_word i64 2; %2 = less_signed i1 %0, %1; %3 = select i64 %2, %1, %1",
     "%0 = read_word i64 2; write_word %0 3"},
    {"1 or 0",
     "%0 = read_word i64 1; %1 = read_word i64 2; %2 = less_signed i1 %0, %1; %3 = constant i64 0x1; %4 = constant i64 0x0; %5 = select i64 %2, %3, %4",
     "%0 = read_word i64 1; %1 = read_word i64 2; %2 = less_signed i1 %0, %1; %3 = extend_unsigned i64 %2; write_word %3 3"},
    {"0 or 1, stays",
     "%0 = read_word i64 1; %1 = read_word i64 2; %2 = less_signed i1 %0, %1; %3 = constant i64 0x1; %4 = constant i64 0x0; %5 = select i64 %2, %4, %3",
     "%0 = read_word i64 1; %1 = read_word i64 2; %2 = less_signed i1 %0, %1; %3 = constant i64 0x1; %4 = constant i64 0x0; %5 = select i64 %2, %4, %3; write_word %5 3"},
    {"x == x",
     "%0 = read_word i64 1; %1 = equal i1 %0, %0; %2 = extend_unsigned i64 %1",
     "%0 = constant i64 0x1; write_word %0 3"},
    {"(x | 1) == 2",
     "%0 = read_word i64 1; %1 = constant i64 0x1; %2 = bit_or i64 %0, %1; %3 = constant i64 0x2; %4 = equal i1 %2, %3; %5 = extend_unsigned i64 %4",
     "%0 = constant i64 0x0; write_word %0 3"},
    {"(x + 5) == 7",
     "%0 = read_word i64 1; %1 = constant i64 0x5; %2 = add i64 %0, %1; %3 = constant i64 0x7; %4 = equal i1 %2, %3; %5 = extend_unsigned i64 %4",
     "%0 = read_word i64 1; %1 = constant i64 0x2; %2 = equal i1 %0, %1; %3 = extend_unsigned i64 %2; write_word %3 3"},
    {"(x - y) != 0",
     "%0 = read_word i64 1; %1 = read_word i64 2; %2 = subtract i64 %0, %1; %3 = constant i64 0x0; %4 = not_equal i1 %2, %3; %5 = extend_unsigned i64 %4",
     "%0 = read_word i64 1; %1 = read_word i64 2; %2 = not_equal i1 %0, %1; %3 = extend_unsigned i64 %2; write_word %3 3"},
    {"a condition as a number, != 0",
     "%0 = read_word i64 1; %1 = read_word i64 2; %2 = less_signed i1 %0, %1; %3 = extend_unsigned i64 %2; %4 = constant i64 0x0; %5 = not_equal i1 %3, %4; %6 = extend_unsigned i64 %5",
     "%0 = read_word i64 1; %1 = read_word i64 2; %2 = less_signed i1 %0, %1; %3 = extend_unsigned i64 %2; write_word %3 3"},
    {"a condition as a number, == 0: its opposite",
     "%0 = read_word i64 1; %1 = read_word i64 2; %2 = less_signed i1 %0, %1; %3 = extend_unsigned i64 %2; %4 = constant i64 0x0; %5 = equal i1 %3, %4; %6 = extend_unsigned i64 %5",
     "%0 = read_word i64 1; %1 = read_word i64 2; %2 = greater_equal_signed i1 %0, %1; %3 = extend_unsigned i64 %2; write_word %3 3"},
    {"a condition as a number, == 2",
     "%0 = read_word i64 1; %1 = read_word i64 2; %2 = less_signed i1 %0, %1; %3 = extend_unsigned i64 %2; %4 = constant i64 0x2; %5 = equal i1 %3, %4; %6 = extend_unsigned i64 %5",
     "%0 = constant i64 0x0; write_word %0 3"},
    {"x < x",
     "%0 = read_word i64 1; %1 = less_signed i1 %0, %0; %2 = extend_unsigned i64 %1",
     "%0 = constant i64 0x0; write_word %0 3"},
    {"x < 1",
     "%0 = read_word i64 1; %1 = constant i64 0x1; %2 = less_unsigned i1 %0, %1; %3 = extend_unsigned i64 %2",
     "%0 = read_word i64 1; %1 = constant i64 0x0; %2 = equal i1 %0, %1; %3 = extend_unsigned i64 %2; write_word %3 3"},
    {"0 < x",
     "%0 = read_word i64 1; %1 = constant i64 0x0; %2 = less_unsigned i1 %1, %0; %3 = extend_unsigned i64 %2",
     "%0 = read_word i64 1; %1 = constant i64 0x0; %2 = not_equal i1 %0, %1; %3 = extend_unsigned i64 %2; write_word %3 3"},
    {"x >= 1",
     "%0 = read_word i64 1; %1 = constant i64 0x1; %2 = greater_equal_unsigned i1 %0, %1; %3 = extend_unsigned i64 %2",
     "%0 = read_word i64 1; %1 = constant i64 0x0; %2 = not_equal i1 %0, %1; %3 = extend_unsigned i64 %2; write_word %3 3"},
    {"(x & 7) < 8",
     "%0 = read_word i64 1; %1 = constant i64 0x7; %2 = bit_and i64 %0, %1; %3 = constant i64 0x8; %4 = less_unsigned i1 %2, %3; %5 = extend_unsigned i64 %4",
     "%0 = constant i64 0x1; write_word %0 3"},
    {"(x & 7) < 7, stays",
     "%0 = read_word i64 1; %1 = constant i64 0x7; %2 = bit_and i64 %0, %1; %3 = constant i64 0x7; %4 = less_unsigned i1 %2, %3; %5 = extend_unsigned i64 %4",
     "%0 = read_word i64 1; %1 = constant i64 0x7; %2 = bit_and i64 %0, %1; %3 = constant i64 0x7; %4 = less_unsigned i1 %2, %3; %5 = extend_unsigned i64 %4; write_word %5 3"},
    {"7 <= (x | 8)",
     "%0 = read_word i64 1; %1 = constant i64 0x8; %2 = bit_or i64 %0, %1; %3 = constant i64 0x7; %4 = greater_equal_unsigned i1 %2, %3; %5 = extend_unsigned i64 %4",
     "%0 = constant i64 0x1; write_word %0 3"},
    {"signed, of what has no sign",
     "%0 = read_word i64 1; %1 = constant i64 0x7; %2 = bit_and i64 %0, %1; %3 = constant i64 0x6; %4 = less_signed i1 %2, %3; %5 = extend_unsigned i64 %4",
     "%0 = read_word i64 1; %1 = constant i64 0x7; %2 = bit_and i64 %0, %1; %3 = constant i64 0x6; %4 = less_unsigned i1 %2, %3; %5 = extend_unsigned i64 %4; write_word %5 3"},
    {"reinterpreted back",
     "%0 = read_word i64 1; %1 = reinterpret f64 %0; %2 = reinterpret i64 %1",
     "%0 = read_word i64 1; write_word %0 3"},
    {"x ? : constants",
     "%0 = read_word i64 1; %1 = read_word i64 2; %2 = constant i1 0x0; %3 = select i64 %2, %0, %1",
     "%0 = read_word i64 2; write_word %0 3"},
};

}  // namespace

TEST_CASE("each rule says the same with less") {
  for (const Rule& rule : rules) {
    INFO(rule.name);
    const std::string_view before = rule.before;
    const std::string last(before.substr(before.rfind('%', before.rfind(" = ")), before.rfind(" = ") - before.rfind('%', before.rfind(" = "))));
    CHECK(after({fold, dead}, block_of(rule.before + ("; write_word " + last + " 3"))) == block_of(rule.after));
  }
}

TEST_CASE("floating point is never computed here: its flags would be lost") {
  const std::string text = block_of(
      "%0 = constant i8 0x0; %1 = constant f64 0x3ff0000000000000; %2 = float_add f64 %0, %1, %1; raise_flags %2 65; "
      "%4 = reinterpret i64 %2; write_word %4 33");
  CHECK(after({fold}, text) == text);
}

TEST_CASE("a stop that cannot be is left out, and nothing stands behind one that must be") {
  const std::string begin = "0x10 4\n  %0 = constant i1 ";
  CHECK(after({fold, dead}, begin + "0x0\n  trap_if %0 illegal\n0x14 4\n  trap breakpoint\n") ==
        "0x10 4\n0x14 4\n  trap breakpoint\n");
  CHECK(after({fold, dead}, begin + "0x1\n  trap_if %0 illegal\n0x14 4\n  trap breakpoint\n") == "0x10 4\n  trap illegal\n");
}

TEST_CASE("an exit whose condition is known is one, or none") {
  const std::string end = "\n  %1 = constant i64 0x20\n  exit_if %0, %1\n0x14 4\n  %3 = read_word i64 1\n  exit %3\n";
  CHECK(after({fold, dead}, "0x10 4\n  %0 = constant i1 0x0" + end) == "0x10 4\n0x14 4\n  %0 = read_word i64 1\n  exit %0\n");
  CHECK(after({fold, dead}, "0x10 4\n  %0 = constant i1 0x1" + end) == "0x10 4\n  %0 = constant i64 0x20\n  exit %0\n");
  const std::string branch = "\n  %1 = constant i64 0x20\n  %2 = constant i64 0x14\n  branch %0, %1, %2\n";
  CHECK(after({fold, dead}, "0x10 4\n  %0 = constant i1 0x1" + branch) == "0x10 4\n  %0 = constant i64 0x20\n  exit %0\n");
  CHECK(after({fold, dead}, "0x10 4\n  %0 = constant i1 0x0" + branch) == "0x10 4\n  %0 = constant i64 0x14\n  exit %0\n");
}

}  // namespace diptych::ir

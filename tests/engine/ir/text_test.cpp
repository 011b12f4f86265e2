#include "engine/ir/text.hpp"

#include "tests/catch.hpp"
#include "tests/engine/guest/riscv64/vectors.hpp"
#include "tests/engine/ir/samples.hpp"

namespace diptych::ir {

TEST_CASE("a lifted block reads as this") {
  Block block;
  riscv64::Lifter lifter(block, 0x10000, 0);
  for (u32 word : riscv64::assemble_all("lw a0, 8(a1); amoadd.w zero, a0, (a1); beq a0, a1, 16; fadd.d fa0, fa1, fa2; bne a0, zero, -4")) lifter.add(riscv64::decode(word));
  CHECK(print(block) ==
        "0x10000 4\n"
        "  %0 = read_word i64 11\n"
        "  %1 = constant i64 0x8\n"
        "  %2 = add i64 %0, %1\n"
        "  %3 = load i32 %2\n"
        "  %4 = extend_signed i64 %3\n"
        "  write_word %4 10\n"
        "0x10004 4\n"
        "  %6 = read_word i64 11\n"
        "  %7 = load_update i32 %6\n"
        "  %8 = read_word i64 10\n"
        "  %9 = truncate i32 %8\n"
        "  %10 = add i32 %7, %9\n"
        "  store_update %6, %10\n"
        "0x10008 4\n"
        "  %12 = read_word i64 10\n"
        "  %13 = read_word i64 11\n"
        "  %14 = equal i1 %12, %13\n"
        "  %15 = constant i64 0x10018\n"
        "  exit_if %14, %15\n"
        "0x1000c 4\n"
        "  %17 = constant i8 0x0\n"
        "  %18 = read_word i64 44\n"
        "  %19 = reinterpret f64 %18\n"
        "  %20 = read_word i64 45\n"
        "  %21 = reinterpret f64 %20\n"
        "  %22 = float_add f64 %17, %19, %21\n"
        "  raise_flags %22 65\n"
        "  %24 = reinterpret i64 %22\n"
        "  write_word %24 43\n"
        "0x10010 4\n"
        "  %26 = read_word i64 10\n"
        "  %27 = constant i64 0x0\n"
        "  %28 = not_equal i1 %26, %27\n"
        "  %29 = constant i64 0x1000c\n"
        "  %30 = constant i64 0x10014\n"
        "  branch %28, %29, %30\n");
}

TEST_CASE("what is printed reads back as the same block") {
  std::mt19937_64 random(2);
  for (int i = 0; i < 20000; ++i) {
    const Block block = random_block(random, 1 + random() % 8);
    const std::string text = print(block);
    const Result<Block> read = parse(text);
    INFO(text);
    REQUIRE(read);
    REQUIRE(*read == block);
    REQUIRE(print(*read) == text);
  }
}

TEST_CASE("a variant and what was checked are part of the text") {
  const std::string text =
      "variant 3\n"
      "0x10 4\n"
      "  %0 = read_word i64 1\n"
      "  %1 = load i64 %0\n"
      "  store %0, %1 checked\n"
      "0x14 4\n"
      "  %3 = load i8 %0 checked\n"
      "  exit %0\n";
  const Result<Block> block = parse(text);
  REQUIRE(block);
  CHECK(block->variant == 3);
  CHECK(block->instructions[1].immediate == 0);
  CHECK(block->instructions[2].immediate == 1);
  CHECK(block->instructions[3].immediate == 1);
  CHECK(print(*block) == text);
}

TEST_CASE("what cannot be read is said, with its line") {
  const auto error = [](std::string_view text) { return parse(text).error().message; };
  CHECK(error("  trap illegal\n") == "line 1: no guest instruction has begun");
  CHECK(error("here 4\n") == "line 1: an address and a length are expected");
  CHECK(error("variant x\n") == "line 1: the variant's number is expected");
  CHECK(error("0x10 4\n  jump\n") == "line 2: there is no instruction \"jump\"");
  CHECK(error("0x10 4\n  %1 = constant i64 0x1\n") == "line 2: the value here is %0, not %1");
  CHECK(error("0x10 4\n  %0 = constant i128 0x1\n") == "line 2: a type is missing");
  CHECK(error("0x10 4\n  exit %0\n") == "line 2: \"%0\" is no value made before");
  CHECK(error("0x10 4\n  trap nowhere\n") == "line 2: \"nowhere\" is not what trap takes");
  CHECK(error("0x10 4\n  trap\n") == "line 2: trap takes 0 operands");
}

}  // namespace diptych::ir

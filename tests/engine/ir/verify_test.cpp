#include "engine/ir/verify.hpp"

#include "engine/ir/builder.hpp"
#include "engine/ir/text.hpp"
#include "tests/catch.hpp"
#include "tests/engine/ir/samples.hpp"

namespace diptych::ir {
namespace {

// What verify says of a text, "" where nothing.
std::string complaint(std::string_view text) {
  const Result<Block> block = parse(text);
  REQUIRE(block);
  const Result<void> verified = verify(*block);
  return verified ? "" : verified.error().message;
}

bool complains(std::string_view text, std::string_view of) {
  const std::string message = complaint(text);
  INFO(message);
  CHECK(message.find(of) != message.npos);
  return message.find(of) != message.npos;
}

}  // namespace

TEST_CASE("whatever the rows lift to is well formed") {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const Block block = random_block(random, 1 + random() % 8);
    const Result<void> verified = verify(block);
    INFO(print(block));
    INFO((verified ? "" : verified.error().message));
    REQUIRE(verified);
  }
}

TEST_CASE("a block must begin, follow on and end") {
  CHECK(verify({}).error().message == "the block has no guest instruction");
  CHECK(complaint("0x10 4\n  trap illegal\n") == "");
  CHECK(complaint("0x10 4\n  %0 = read_word i64 1\n") == "the block does not end with a terminator");
  CHECK(complaint("0x10 4\n  trap illegal\n  trap illegal\n") == "%0 (trap) at 0x10 is not the last of the block");
  CHECK(complains("0x10 4\n0x12 4\n  trap illegal\n", "does not follow"));
}

TEST_CASE("types must go together") {
  const std::string begin = "0x10 4\n  %0 = read_word i64 1\n  %1 = constant i32 0x1\n  %2 = constant i1 0x1\n  %3 = constant i8 0x0\n  %4 = constant f64 0x0\n";
  CHECK(complaint(begin + "  trap illegal\n") == "");
  for (const char* line : {
           "%5 = add i64 %0, %1", "%5 = add i32 %0, %0", "%5 = add i1 %2, %2", "%5 = less_signed i64 %0, %0",
           "%5 = equal i1 %0, %1", "%5 = truncate i64 %1", "%5 = extend_signed i64 %2", "%5 = extend_unsigned i32 %0",
           "%5 = reinterpret i64 %0", "%5 = reinterpret f32 %4", "%5 = select i64 %0, %0, %0", "%5 = population i32 %0",
           "%5 = multiply_high_signed i32 %1, %1", "%5 = float_add f64 %0, %4, %4", "%5 = float_add f32 %3, %4, %4",
           "%5 = float_equal i64 %3, %4, %4", "%5 = float_to_signed i8 %3, %4", "%5 = float_from_signed f64 %3, %3",
           "%5 = float_convert f64 %3, %4", "raise_flags %0 65", "exit_if %0, %0", "exit_if %2, %0", "%5 = read_word i32 1", "write_word %1 1",
           "%5 = load i64 %1", "%5 = load f64 %0", "store %1, %0", "store %0, %4", "%5 = store_conditional i32 %0, %1",
           "trap_if %0 illegal", "exit %1", "branch %2, %0, %0"}) {
    INFO(line);
    const bool terminator = std::string_view(line).starts_with("exit %") || std::string_view(line).starts_with("branch");
    CHECK(complains(begin + "  " + line + (terminator ? "\n" : "\n  trap illegal\n"), "types that do not go together"));
  }
  CHECK(complains("0x10 4\n  %0 = constant i8 0x100\n  trap illegal\n", "wider than its type"));
  CHECK(complains("0x10 4\n  %0 = read_word i64 112\n  trap illegal\n", "a word the state does not have"));
}

TEST_CASE("values are made before they are used") {
  Block block;
  Builder builder(block);
  builder.begin(0x10, 4);
  builder.emit(Opcode::exit, Type::none, {builder.constant(Type::i64, 0)});
  REQUIRE(verify(block));
  Block later = block;
  later.instructions[1].operands[0] = 1;
  CHECK(verify(later).error().message == "%1 (exit) at 0x10 uses %1 before it is made");
  Block fewer = block;
  fewer.instructions[1].operands[0] = no_value;
  CHECK(verify(fewer).error().message == "%1 (exit) at 0x10 has too few operands");
  Block more = block;
  more.instructions[1].operands[1] = 0;
  CHECK(verify(more).error().message == "%1 (exit) at 0x10 has too many operands");
  CHECK(complains("0x10 4\n  synchronize_code\n  write_word %0 3\n  trap illegal\n", "which has no value"));
}

TEST_CASE("nothing may stop after something took effect") {
  const std::string begin = "0x10 4\n  %0 = read_word i64 1\n";
  CHECK(complains(begin + "  write_word %0 2\n  %2 = load i64 %0\n  trap illegal\n", "may stop after"));
  CHECK(complains(begin + "  store %0, %0\n  store %0, %0\n  trap illegal\n", "may stop after"));
  CHECK(complains(begin + "  write_word %0 2\n  trap illegal\n", "may stop after"));
  CHECK(complaint(begin + "  write_word %0 2\n0x14 4\n  %2 = load i64 %0\n  write_word %2 3\n  exit %0\n") == "");
}

TEST_CASE("an exit on a condition is the last of its guest instruction") {
  const std::string begin = "0x10 4\n  %0 = constant i1 0x1\n  %1 = constant i64 0x20\n  exit_if %0, %1\n";
  CHECK(complaint(begin + "0x14 4\n  exit %1\n") == "");
  CHECK(complains(begin + "  exit %1\n", "is not the last of its guest instruction"));
}

TEST_CASE("an access is checked or not") {
  Block block = *parse("0x10 4\n  %0 = read_word i64 1\n  %1 = load i64 %0 checked\n  exit %1\n");
  CHECK(verify(block));
  block.instructions[1].immediate = 2;
  CHECK(verify(block).error().message == "%1 (load) at 0x10 is neither checked nor not");
}

TEST_CASE("an atomic update has two halves") {
  const std::string begin = "0x10 4\n  %0 = read_word i64 1\n";
  CHECK(complaint(begin + "  %1 = load_update i64 %0\n  store_update %0, %1\n  exit %0\n") == "");
  CHECK(complains(begin + "  store_update %0, %0\n  exit %0\n", "stores what no load_update has checked"));
  CHECK(complains(begin + "  %1 = load_update i32 %0\n  store_update %0, %0\n  exit %0\n", "no load_update has checked"));
  CHECK(complains(begin + "  %1 = load_update i64 %0\n0x14 4\n  exit %0\n", "stores nothing"));
}

}  // namespace diptych::ir

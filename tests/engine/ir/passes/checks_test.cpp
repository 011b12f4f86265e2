#include "tests/engine/ir/passes/before_after.hpp"

#include <fmt/format.h>

#include <tuple>

namespace diptych::ir {
namespace {

// Two accesses, at these displacements from one register; a displacement of 0 is the register itself.
std::string two_accesses(u64 first, u64 second, const char* mark) {
  std::string text = "0x10 4\n  %0 = read_word i64 1\n";
  std::size_t next = 1;
  const auto address = [&](u64 displacement) -> std::string {
    if (displacement == 0) return "%0";
    text += "  %" + std::to_string(next) + " = constant i64 " + fmt::format("{:#x}", displacement) + "\n  %" + std::to_string(next + 1) +
            " = add i64 %0, %" + std::to_string(next) + "\n";
    next += 2;
    return "%" + std::to_string(next - 1);
  };
  const std::string one = address(first);
  text += "  %" + std::to_string(next++) + " = load i64 " + one + "\n0x14 4\n";
  const std::string other = address(second);
  return text + "  store " + other + ", %0" + mark + "\n0x18 4\n  trap illegal\n";
}

}  // namespace

TEST_CASE("an access near one that was checked is not checked again") {
  for (const auto& [first, second, near] : std::initializer_list<std::tuple<u64, u64, bool>>{
           {0, 0, true},
           {0, 8, true},
           {8, 0, true},
           {16, 8, true},
           {32767, u64(-32767), true},
           {8, 32768, false},
           {32768, 8, false},
           {8, u64(-32768), false},
           {8, u64{1} << 63, false}}) {
    INFO(first << " " << second);
    CHECK(after({checks}, two_accesses(first, second, "")) == two_accesses(first, second, near ? " checked" : ""));
  }
}

TEST_CASE("another register is another base") {
  const std::string text = block_of("%0 = read_word i64 1; %1 = read_word i64 2; %2 = load i64 %0; %3 = load i64 %1");
  CHECK(after({checks}, text) == text);
}

TEST_CASE("an atomic access checks for nobody else") {
  const std::string text =
      "0x10 4\n  %0 = read_word i64 1\n  %1 = load_reserved i64 %0\n0x14 4\n  %2 = load i64 %0\n0x18 4\n  trap illegal\n";
  CHECK(after({checks}, text) == text);
}

TEST_CASE("what was marked before is judged anew") {
  CHECK(after({checks}, block_of("%0 = read_word i64 1; %1 = load i64 %0 checked; %2 = load i32 %0")) ==
        block_of("%0 = read_word i64 1; %1 = load i64 %0; %2 = load i32 %0 checked"));
}

}  // namespace diptych::ir

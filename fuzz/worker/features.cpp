#include "fuzz/worker/features.hpp"

#include <array>

namespace diptych::fuzz {
namespace {

constexpr std::size_t classes = 16;
constexpr std::size_t most_rows = 256;

// libFuzzer takes every byte of this section for a counter.
__attribute__((section("__libfuzzer_extra_counters"), used)) std::array<u8, most_rows * classes> counters;

std::size_t value_class(u64 value) {
  if (value == 0) return 0;
  if (value == ~u64{0}) return 1;
  if (value < 64) return 2;
  if (static_cast<i64>(value) >= -64 && static_cast<i64>(value) < 0) return 3;
  if (value >> 32 == 0) return 4;
  if (static_cast<i64>(value) == static_cast<i32>(value)) return 5;
  return static_cast<i64>(value) < 0 ? 6 : 7;
}

}  // namespace

void note_features(const Input& input, std::span<const riscv64::Traced> trace) {
  for (const riscv64::Traced& step : trace) {
    if (!step.decoded.row) continue;
    const riscv64::Operands& o = step.decoded.operands;
    u8* row = &counters[(riscv64::index_of(*step.decoded.row) % most_rows) * classes];
    auto feature = [&](std::size_t number, bool holds) { row[number] = u8(row[number] | u8(holds)); };
    feature(0, o.rd == 0 || o.rs1 == 0);
    feature(1, o.rd == o.rs1 || o.rd == o.rs2);
    feature(2, o.rs1 == o.rs2);
    feature(3, o.imm < 0 || o.shamt >= 32);
    feature(4, o.aq || o.rl);
    feature(5, o.rm == 7);
    feature(6, o.rm == 5 || o.rm == 6);
    feature(7, o.imm == 0 && o.uimm == 0);
    // The register as the run began: cheap, and as telling as any for blocks this short.
    feature(8 + value_class(input.state.words[o.rs1]), true);
  }
}

}  // namespace diptych::fuzz

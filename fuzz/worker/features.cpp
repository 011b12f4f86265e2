#include "fuzz/worker/features.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "fuzz/generate/shape.hpp"
#include "fuzz/worker/value_class.hpp"

#include <array>

namespace diptych::fuzz {
namespace {

constexpr std::size_t of_operands = 8, classes = of_operands + value_classes;
constexpr std::size_t most_rows = 256;

// libFuzzer takes every byte of this section for a counter.
__attribute__((section("__libfuzzer_extra_counters"), used)) std::array<u8, most_rows * classes> counters;

// The registers as the run began: cheap, and as telling as any for blocks this short.
std::size_t first_value_class(const Shape& shape, const riscv64::Operands& o, const GuestState& state) {
  const Operand* first = shape.operand(OperandKind::rs1);
  if (!first || !first->floating) return integer_class(state.words[riscv64::x_word + o.rs1]);
  const u64 value = state.words[riscv64::f_word + o.rs1];
  return first->single ? single_class(value) : double_class(value);
}

}  // namespace

void note_features(std::span<const Input> inputs, std::span<const riscv64::Traced> trace) {
  for (const riscv64::Traced& step : trace) {
    if (!step.decoded.row) continue;
    const riscv64::Operands& o = step.decoded.operands;
    const std::size_t index = riscv64::index_of(*step.decoded.row);
    const Shape& shape = shapes()[index];
    u8* row = &counters[(index % most_rows) * classes];
    auto feature = [&](std::size_t number, bool holds) { row[number] = u8(row[number] | u8(holds)); };
    feature(0, o.rd == 0 || o.rs1 == 0);
    feature(1, o.rd == o.rs1 || o.rd == o.rs2);
    feature(2, o.rs1 == o.rs2);
    feature(3, o.imm < 0 || o.shamt >= 32);
    feature(4, o.aq || o.rl);
    feature(5, o.rm == 7);
    feature(6, o.rm == 5 || o.rm == 6);
    feature(7, o.imm == 0 && o.uimm == 0);
    for (std::size_t i = 0; i < inputs.size(); i += inputs_between)
      feature(of_operands + first_value_class(shape, o, inputs[i].state), true);
  }
}

}  // namespace diptych::fuzz

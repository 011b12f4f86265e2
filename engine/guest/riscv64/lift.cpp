#include "engine/guest/riscv64/lift.hpp"

#include "engine/guest/riscv64/lift_core.hpp"
#include "engine/guest/riscv64/rows/all.hpp"
#include "engine/guest/riscv64/vocabulary.hpp"

namespace diptych::riscv64 {
namespace {

template <class Meaning>
struct Lifting {
  static bool function(ir::Builder& builder, u64 pc, const Decoded& decoded, u8 rounding, bool& uses_variant) {
    Vocabulary<LiftCore> m(builder, pc, decoded.length, rounding);
    Meaning{}(m, decoded.operands);
    uses_variant |= m.asked_rounding();
    return m.finish();
  }
};

constexpr auto table = make_function_table<Lifting>();

}  // namespace

Lifter::Lifter(ir::Block& block, u64 pc, u8 rounding) : block_(block), pc_(pc), builder_(block) { begin(rounding); }

Lifter::Lifter(ir::Block& block, u64 pc, u8 rounding, ir::Scratch& scratch)
    : block_(block), pc_(pc), simplifier_(std::in_place, block, scratch, true), builder_(block, &*simplifier_) {
  begin(rounding);
}

void Lifter::begin(u8 rounding) {
  block_.variant = rounding;
  block_.instructions.clear();
  block_.guest.clear();
}

bool Lifter::add(const Decoded& decoded) {
  builder_.begin(pc_, decoded.length);
  if (!decoded.row) {
    builder_.emit<ir::Opcode::trap>(ir::Type::none, ir::Type::none, u64(StopKind::illegal));
    return false;
  }
  const bool goes_on = table[index_of(*decoded.row)](builder_, pc_, decoded, block_.variant, uses_variant_);
  pc_ += decoded.length;
  return goes_on;
}

void Lifter::finish() {
  // An exit on a condition has nothing behind it in its guest instruction, which may be the last and not
  // merely the last that has IR.
  if (block_.guest.back().first != block_.instructions.size() &&
      block_.instructions.back().opcode == ir::Opcode::exit_if) {
    const ir::Instruction last = block_.instructions.back();
    block_.instructions.pop_back();
    const ir::ValueId next = builder_.constant(ir::Type::i64, pc_);
    builder_.emit<ir::Opcode::branch>(ir::Type::none, ir::Type::i64, 0, last.operands[0], last.operands[1], next);
    return;
  }
  builder_.emit<ir::Opcode::exit>(ir::Type::none, ir::Type::i64, 0, builder_.constant(ir::Type::i64, pc_));
}

}  // namespace diptych::riscv64

#include "engine/guest/riscv64/lift.hpp"

#include "engine/guest/riscv64/lift_core.hpp"
#include "engine/guest/riscv64/rows/all.hpp"
#include "engine/guest/riscv64/vocabulary.hpp"

namespace diptych::riscv64 {
namespace {

template <class Meaning>
struct Lifting {
  static bool function(ir::Builder& builder, u64 pc, const Decoded& decoded) {
    Vocabulary<LiftCore> m(builder, pc, decoded.length);
    Meaning{}(m, decoded.operands);
    return m.finish();
  }
};

constexpr auto table = make_function_table<Lifting>();

}  // namespace

Lifter::Lifter(ir::Block& block, u64 pc) : block_(block), pc_(pc) {
  block.instructions.clear();
  block.guest.clear();
}

bool Lifter::add(const Decoded& decoded) {
  ir::Builder builder(block_);
  builder.begin(pc_, decoded.length);
  if (!decoded.row) {
    builder.emit(ir::Opcode::trap, ir::Type::none, {}, u64(StopKind::illegal));
    return false;
  }
  const bool goes_on = table[index_of(*decoded.row)](builder, pc_, decoded);
  pc_ += decoded.length;
  return goes_on;
}

void Lifter::finish() {
  ir::Builder builder(block_);
  builder.emit(ir::Opcode::exit, ir::Type::none, {builder.constant(ir::Type::i64, pc_)});
}

}  // namespace diptych::riscv64

// Common subexpressions: a value made a second time from the same operands is the first one.
//
// That holds for whatever compute() computes, floating point included: its rounding mode is an operand,
// and the flags it raises are named by the operation, the same both times. A load is common with an
// earlier one of the same address and width if no instruction in between touches memory or code: then
// it reads the same, and where the first did not fault the second would not either.
#include "engine/ir/passes/passes.hpp"
#include "engine/ir/passes/rewrite.hpp"

#include <bit>

namespace diptych::ir {
namespace {

constexpr bool is_pure(Opcode opcode) { return opcode <= Opcode::float_convert; }

constexpr bool touches_memory(Opcode opcode) {
  return opcode == Opcode::store || opcode == Opcode::load_reserved || opcode == Opcode::store_conditional ||
         opcode == Opcode::load_update || opcode == Opcode::store_update || opcode == Opcode::synchronize_code;
}

u64 hash_of(const Instruction& i) {
  const u64 what = u64(i.opcode) | u64(i.type) << 8 | u64(i.operand_type) << 16;
  const u64 first = u64{i.operands[0]} << 32 | i.operands[1], second = u64{i.operands[2]} << 32 | i.operands[3];
  const u64 mixed = (first ^ std::rotl(second, 17) ^ std::rotl(i.immediate, 41)) * 0x9e3779b97f4a7c15 + what * 0xff51afd7ed558ccd;
  return mixed ^ mixed >> 29;
}

}  // namespace

void common(Block& block, Scratch& scratch) {
  // At most half full, so that a free slot is near.
  const std::size_t size = std::bit_ceil(block.instructions.size() * 2 + 2);
  scratch.table.assign(size, no_value);
  ValueId memory_since = 0;  // loads before this one may be of memory that is other now
  Rewrite rewrite(block, scratch);
  rewrite.run([&](const Instruction& i) {
    const bool is_load = i.opcode == Opcode::load;
    if (!is_load && !is_pure(i.opcode)) {
      const ValueId made = rewrite.append(i);
      if (touches_memory(i.opcode)) memory_since = made;
      return made;
    }
    Instruction sought = i;
    if (is_load) sought.immediate = 0;  // a check is no part of what is loaded
    std::size_t slot = hash_of(sought) & (size - 1);
    for (; scratch.table[slot] != no_value; slot = (slot + 1) & (size - 1)) {
      const ValueId candidate = scratch.table[slot];
      Instruction known = rewrite[candidate];
      if (known.opcode == Opcode::load) known.immediate = 0;
      if (known != sought) continue;
      if (!is_load || candidate >= memory_since) return candidate;
      break;  // the newer load takes its slot
    }
    return scratch.table[slot] = rewrite.append(i);
  });
}

}  // namespace diptych::ir

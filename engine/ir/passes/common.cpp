// Common subexpressions: a value made a second time from the same operands is the first one.
//
// That holds for whatever compute() computes, floating point included: its rounding mode is an operand,
// and the flags it raises are named by the operation, the same both times; but a host raises its own flags
// when it computes, so where they are written in between it has to compute again. A load is common with an
// earlier one of the same address and width if no instruction in between touches memory or code: then
// it reads the same, and where the first did not fault the second would not either.
#include "engine/ir/passes/passes.hpp"
#include "engine/ir/passes/rewrite.hpp"

#include <algorithm>
#include <bit>

namespace diptych::ir {
namespace {

constexpr bool is_pure(Opcode opcode) { return opcode <= Opcode::float_convert; }

constexpr bool touches_memory(Opcode opcode) {
  return opcode == Opcode::store || opcode == Opcode::load_reserved || opcode == Opcode::store_conditional ||
         opcode == Opcode::load_update || opcode == Opcode::store_update || opcode == Opcode::synchronize_code;
}

// An instruction as words that are equal where it is.
struct Key {
  u64 what, first, second, immediate;

  explicit Key(const Instruction& i)
      : what(u64(i.opcode) | u64(i.type) << 8 | u64(i.operand_type) << 16),
        first(u64{i.operands[0]} << 32 | i.operands[1]),
        second(u64{i.operands[2]} << 32 | i.operands[3]),
        // A check is no part of what is loaded.
        immediate(i.opcode == Opcode::load ? 0 : i.immediate) {}

  bool operator==(const Key& other) const {
    return ((what ^ other.what) | (first ^ other.first) | (second ^ other.second) | (immediate ^ other.immediate)) == 0;
  }
  u64 hash() const {
    const u64 mixed = (first + (what << 40) + std::rotl(second, 17) + std::rotl(immediate, 41)) * 0x9e3779b97f4a7c15;
    return mixed >> 32 ^ mixed >> 48;
  }
};

}  // namespace

void common(Block& block, Scratch& scratch) {
  // Nearly empty, so that what is not there is seen at the first look.
  const std::size_t size = std::bit_ceil(std::max<std::size_t>(block.instructions.size() * 4, 512));
  if (scratch.table.size() < size || ++scratch.block == 0) {
    scratch.table.assign(size, 0);
    scratch.block = 1;
  }
  const std::size_t mask = scratch.table.size() - 1;
  const u64 here = u64{scratch.block} << 32;
  u64* const table = scratch.table.data();
  ValueId memory_since = 0;  // loads before this one may be of memory that is other now
  ValueId flags_since = 0;   // what an operation before this one raised may have been cleared
  u64 flags_word = ~u64{0};
  Rewrite rewrite(block, scratch);
  rewrite.run([&](const Instruction& i) {
    const bool is_load = i.opcode == Opcode::load;
    if (!is_load && !is_pure(i.opcode)) {
      const ValueId made = rewrite.append(i);
      if (touches_memory(i.opcode)) memory_since = made;
      if (i.opcode == Opcode::raise_flags) flags_word = i.immediate;
      if (i.opcode == Opcode::write_word && i.immediate == flags_word) flags_since = made;
      return made;
    }
    const Key sought(i);
    std::size_t slot = sought.hash() & mask;
    for (; (table[slot] & ~u64{0xffffffff}) == here; slot = (slot + 1) & mask) {
      const ValueId candidate = ValueId(table[slot]);
      if (Key(rewrite[candidate]) != sought) continue;
      if (candidate >= (is_load ? memory_since : is_floating(i.opcode) ? flags_since : 0)) return candidate;
      break;  // the newer one takes its slot
    }
    const ValueId made = rewrite.append(i);
    table[slot] = here | made;
    return made;
  });
}

}  // namespace diptych::ir

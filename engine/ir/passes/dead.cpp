// Dead state and dead values: what nobody can see is left out.
//
// Who can see a word of the state: a read of it; whatever leaves the block; and whatever may stop, which
// leaves the state before its guest instruction as it then is. In every guest instruction what may stop
// comes before what takes effect, so at each such place the words written so far are just those of the
// instructions before.
//
// A store may also change code, and then the block is left behind its guest instruction: so the end of
// one that writes memory sees every word too. That costs nothing but in atomic instructions, which write
// a register behind their store: a plain store may stop, and nothing is written between it and its end.
#include "engine/ir/passes/passes.hpp"
#include "engine/machine/state.hpp"

#include <bitset>

namespace diptych::ir {
namespace {

constexpr bool writes_memory(Opcode opcode) {
  return opcode == Opcode::store || opcode == Opcode::store_update || opcode == Opcode::store_conditional;
}

constexpr bool leaves(const Traits& traits) { return traits.terminates || traits.opcode == Opcode::exit_if; }

}  // namespace

void dead(Block& block, Scratch& scratch) {
  std::vector<Instruction>& instructions = block.instructions;
  scratch.marks.assign(instructions.size(), 0);
  u32* const wanted = scratch.marks.data();  // whether an instruction is kept
  std::bitset<GuestState::capacity> seen;    // words whose value somebody later can see
  seen.set();

  for (std::size_t g = block.guest.size(); g-- > 0;) {
    const std::size_t first = block.guest[g].first, end = block.end_of(g);
    for (std::size_t n = first; n < end; ++n)
      if (writes_memory(instructions[n].opcode)) seen.set();
    for (std::size_t n = end; n-- > first;) {
      const Instruction& i = instructions[n];
      const Traits& traits = traits_of(i.opcode);
      if (i.opcode == Opcode::write_word) {
        wanted[n] = seen[i.immediate];
        seen[i.immediate] = false;
      } else if (i.opcode == Opcode::raise_flags) {
        wanted[n] = seen[i.immediate];  // it keeps the other bits, so whoever sees it sees those before
      } else if (i.opcode == Opcode::read_word) {
        if (wanted[n]) seen[i.immediate] = true;
      } else if (traits.effect || traits.may_stop) {
        wanted[n] = 1;
        if (traits.may_stop || leaves(traits)) seen.set();
      }
      if (!wanted[n]) continue;
      for (ValueId operand : i.operands) {
        if (operand == no_value) break;
        wanted[operand] = 1;
      }
    }
  }

  // Moves what is kept together; `wanted` becomes each one's new place.
  u32 kept = 0;
  for (std::size_t g = 0; g < block.guest.size(); ++g) {
    const std::size_t first = block.guest[g].first, end = block.end_of(g);
    block.guest[g].first = kept;
    for (std::size_t n = first; n < end; ++n) {
      if (!wanted[n]) continue;
      Instruction i = instructions[n];
      for (ValueId& operand : i.operands) {
        if (operand == no_value) break;
        operand = wanted[operand];
      }
      wanted[n] = kept;
      instructions[kept++] = i;
    }
  }
  instructions.resize(kept);
}

}  // namespace diptych::ir

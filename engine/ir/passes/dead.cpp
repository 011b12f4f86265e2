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
#include "engine/ir/passes/rewrite.hpp"
#include "engine/machine/state.hpp"

#include <algorithm>
#include <array>
#include <bitset>

namespace diptych::ir {
namespace {

// What is to be done about an instruction, walking backwards.
enum class Part : u8 {
  value,     // kept if somebody wants it
  read,      // so too, and then the word is seen
  write,     // kept if somebody sees the word
  raise,     // so too; it keeps the other bits, so whoever sees it sees those before
  effect,    // kept
  observer,  // kept, and sees every word
};

constexpr auto parts = [] {
  std::array<Part, all_traits.size()> all{};
  for (const Traits& traits : all_traits) {
    Part& part = all[std::size_t(traits.opcode)];
    if (traits.may_stop || traits.terminates || traits.opcode == Opcode::exit_if) part = Part::observer;
    else if (traits.opcode == Opcode::read_word) part = Part::read;
    else if (traits.opcode == Opcode::write_word) part = Part::write;
    else if (traits.opcode == Opcode::raise_flags) part = Part::raise;
    else if (traits.effect) part = Part::effect;
  }
  return all;
}();

// Whether what stands before `n` in its guest instruction may have changed code.
bool behind_store(const std::vector<Instruction>& instructions, std::size_t first, std::size_t n) {
  while (n-- > first)
    switch (instructions[n].opcode) {
      case Opcode::store:
      case Opcode::store_update:
      case Opcode::store_conditional: return true;
      default: break;
    }
  return false;
}

}  // namespace

void dead(Block& block, Scratch& scratch) {
  std::vector<Instruction>& instructions = block.instructions;
  const ValueId none = ValueId(instructions.size());
  scratch.marks.assign(instructions.size() + 1, 0);
  u32* const wanted = scratch.marks.data();  // whether an instruction is kept
  std::bitset<GuestState::capacity> seen;    // words whose value somebody later can see
  seen.set();

  for (std::size_t g = block.guest.size(); g-- > 0;) {
    const std::size_t first = block.guest[g].first;
    for (std::size_t n = block.end_of(g); n-- > first;) {
      const Instruction& i = instructions[n];
      switch (parts[std::size_t(i.opcode)]) {
        case Part::value: break;
        case Part::read:
          if (wanted[n]) seen[i.immediate] = true;
          break;
        case Part::write:
          wanted[n] = seen[i.immediate] || behind_store(instructions, first, n);
          seen[i.immediate] = false;
          break;
        case Part::raise: wanted[n] = seen[i.immediate] || behind_store(instructions, first, n); break;
        case Part::effect: wanted[n] = 1; break;
        case Part::observer:
          wanted[n] = 1;
          seen.set();
          break;
      }
      if (!wanted[n]) continue;
      for (const ValueId operand : i.operands) wanted[std::min(operand, none)] = 1;
    }
  }

  // Moves what is kept together; `wanted` becomes each one's new place.
  wanted[none] = no_value;
  u32 kept = 0;
  for (std::size_t g = 0; g < block.guest.size(); ++g) {
    const std::size_t first = block.guest[g].first, end = block.end_of(g);
    block.guest[g].first = kept;
    for (std::size_t n = first; n < end; ++n) {
      if (!wanted[n]) continue;
      Instruction i = instructions[n];
      rename(i, wanted, none);
      wanted[n] = kept;
      instructions[kept++] = i;
    }
  }
  instructions.resize(kept);
}

}  // namespace diptych::ir

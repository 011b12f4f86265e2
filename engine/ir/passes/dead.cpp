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
#include <cstring>

namespace diptych::ir {
namespace {

// What is to be done about an instruction, walking backwards.
struct Part {
  bool kept = false;      // whether somebody wants it or not
  bool observes = false;  // sees every word
  bool of_word = false;   // reads or changes one word of the state
};

constexpr auto parts = [] {
  std::array<Part, all_traits.size()> all{};
  for (const Traits& traits : all_traits) {
    Part& part = all[std::size_t(traits.opcode)];
    part.of_word = traits.opcode == Opcode::read_word || traits.opcode == Opcode::write_word || traits.opcode == Opcode::raise_flags;
    part.observes = traits.may_stop || traits.terminates || traits.opcode == Opcode::exit_if;
    part.kept = part.observes || (traits.effect && !part.of_word);
  }
  return all;
}();

// Words whose value nobody later can see: those written since the last that sees all.
class Unseen {
 public:
  bool operator[](u64 word) const { return written_[word] == since_; }
  void add(u64 word) { written_[word] = since_; }
  void remove(u64 word) { written_[word] = 0; }
  void clear() { ++since_; }

 private:
  std::array<u32, GuestState::capacity> written_{};
  u32 since_ = 1;
};

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
  if (scratch.marks.size() <= none) scratch.marks.resize(none + 1);
  u32* const wanted = scratch.marks.data();  // whether an instruction is kept
  std::memset(wanted, 0, (none + 1) * sizeof(u32));
  Unseen unseen;

  for (std::size_t g = block.guest.size(); g-- > 0;) {
    const std::size_t first = block.guest[g].first;
    for (std::size_t n = block.end_of(g); n-- > first;) {
      const Instruction& i = instructions[n];
      const Part part = parts[std::size_t(i.opcode)];
      wanted[n] |= part.kept;
      if (part.observes) unseen.clear();
      if (part.of_word) {
        if (i.opcode == Opcode::read_word) {
          if (wanted[n]) unseen.remove(i.immediate);
        } else {
          // To raise flags keeps the other bits: whoever sees the word sees those before.
          wanted[n] = !unseen[i.immediate] || behind_store(instructions, first, n);
          if (i.opcode == Opcode::write_word) unseen.add(i.immediate);
        }
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
      put_renamed(instructions[kept], instructions[n], wanted, none);
      wanted[n] = kept++;
    }
  }
  instructions.resize(kept);
}

}  // namespace diptych::ir

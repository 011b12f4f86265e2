// Appends instructions to a block, each said as short as what stands before it allows: words of the state
// that the block has read or written are values, what can be computed is a constant, and what can be said
// with fewer or simpler operations is.
//
// Each rule is true whatever the operands' values; a floating-point operation stays as it is, because the
// flags it raises belong to it.
//
// A block that is lifted through it is what lifting it plainly and running `forward`, `fold` and `checks` over
// it would make, but is made in half the time: nothing is written down that is to be changed, and where an
// operation is lifted it is known which one it is.
#pragma once

#include "engine/ir/passes/scratch.hpp"
#include "engine/machine/state.hpp"

#include <concepts>

namespace diptych::ir {

/// For one block, from its begin.
class Simplifier {
 public:
  /// Marks accesses as checked, as the pass `checks` does, if `checks`; else their marks stay as they are.
  Simplifier(Block& block, Scratch& scratch, bool checks);

  /// An instruction whose operation is known where this is called, of which only what concerns it is looked
  /// at. Gives the value to use where the instruction's was: an earlier one, or its own; no_value where there
  /// is none.
  template <Opcode opcode, std::same_as<ValueId>... Operands>
  ValueId make(Type type, Type operand_type, u64 immediate, Operands... operands);

  /// The same for whatever operation it has.
  ValueId make(const Instruction& instruction);

  /// The last one ends the block: nothing behind it can be reached.
  bool ended() const { return ended_; }

 private:
  ValueId visit(const Instruction& i);
  ValueId read_word(const Instruction& i);
  ValueId write_word(const Instruction& i);
  ValueId access(Instruction i);
  ValueId exit_to(ValueId target);
  ValueId end_with(const Instruction& terminator);

  const Instruction& made(ValueId value) const { return block_.instructions[value]; }
  bool is_constant(ValueId value) const { return made(value).opcode == Opcode::constant; }
  u64 number(ValueId value) const { return made(value).immediate; }
  KnownBits known(ValueId value) const { return scratch_.known[value]; }
  bool with_constant(ValueId value, Opcode opcode) const;

  ValueId keep(const Instruction& i, KnownBits bits);
  ValueId keep(const Instruction& i);
  ValueId keep_constant(const Instruction& i);
  ValueId constant(Type type, u64 value);
  ValueId unary(Opcode opcode, Type type, ValueId a);
  ValueId binary(Opcode opcode, Type type, ValueId a, ValueId b);
  ValueId with_number(Opcode opcode, Type type, ValueId a, u64 b);

  ValueId simplified(Instruction i);
  ValueId computed(const Instruction& i);
  ValueId by_rule(const Instruction& i);
  ValueId of_itself(const Instruction& i);
  ValueId with_right_constant(const Instruction& i);
  template <class Combine>
  ValueId reassociated(const Instruction& i, Combine combine);
  ValueId truncation(const Instruction& i);
  ValueId extension(const Instruction& i);
  ValueId selection(const Instruction& i);
  ValueId equality(const Instruction& i);
  ValueId order(const Instruction& i);

  Block& block_;
  Scratch& scratch_;
  std::array<ValueId, GuestState::capacity> held_;  // what a word of the state holds, as far as it is a value
  bool checks_;
  bool ended_ = false;
};

}  // namespace diptych::ir

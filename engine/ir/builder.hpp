// Builds a block, an instruction at a time.
#pragma once

#include "engine/ir/passes/simplifier.hpp"

#include <concepts>
#include <initializer_list>

namespace diptych::ir {

class Builder {
 public:
  /// What it is told stands there as it was told.
  explicit Builder(Block& block) : block_(block) {}
  /// Or as the simplifier says it, which appends to the same block.
  Builder(Block& block, Simplifier* simplifier) : block_(block), simplifier_(simplifier) {}

  /// What follows belongs to this guest instruction.
  void begin(u64 pc, u8 length) { block_.guest.push_back({pc, u32(block_.instructions.size()), length}); }

  /// Appends an instruction, and gives its value's name; `operand_type` is the last operand's type.
  template <Opcode opcode, std::same_as<ValueId>... Operands>
  ValueId emit(Type type, Type operand_type, u64 immediate, Operands... operands) {
    static_assert(sizeof...(Operands) <= 4);
    ValueId ids[4] = {no_value, no_value, no_value, no_value};
    std::size_t n = 0;
    ((ids[n++] = operands), ...);
    return put<opcode>(type, operand_type, immediate, ids[0], ids[1], ids[2], ids[3]);
  }

  /// The same for an operation told at run time, with the last operand's type looked up.
  ValueId emit(Opcode opcode, Type type, std::initializer_list<ValueId> operands, u64 immediate = 0) {
    Instruction instruction{.opcode = opcode, .type = type, .immediate = immediate};
    std::size_t n = 0;
    for (ValueId operand : operands) instruction.operands[n++] = operand;
    if (n != 0) instruction.operand_type = type_of(instruction.operands[n - 1]);
    if (simplifier_) return simplifier_->make(instruction);
    block_.instructions.push_back(instruction);
    return last();
  }

  ValueId constant(Type type, u64 value) { return emit<Opcode::constant>(type, Type::none, value & mask_of(type)); }

  Type type_of(ValueId value) const { return block_.instructions[value].type; }

  /// The last instruction turned out to end the block.
  bool ended() const { return simplifier_ && simplifier_->ended(); }
  ValueId last() const { return ValueId(block_.instructions.size() - 1); }
  /// Drops what was appended after an instruction: it will never run.
  void end_after(ValueId last) { block_.instructions.resize(last + 1); }

 private:
  // Called by every row for each of its operations, and so not a part of them.
  template <Opcode opcode>
  [[gnu::noinline]] ValueId put(Type type, Type operand_type, u64 immediate, ValueId a, ValueId b, ValueId c, ValueId d) {
    if (simplifier_) return simplifier_->make<opcode>(type, operand_type, immediate, a, b, c, d);
    block_.instructions.push_back({opcode, type, operand_type, {a, b, c, d}, immediate});
    return last();
  }

  Block& block_;
  Simplifier* simplifier_ = nullptr;
};

}  // namespace diptych::ir

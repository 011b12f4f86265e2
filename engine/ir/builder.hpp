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
    if (simplifier_) [[likely]] return simplifier_->make<opcode>(type, operand_type, immediate, operands...);
    return put({opcode, type, operand_type, ids_of(operands...), immediate});
  }

  /// The same for an operation told at run time, with the last operand's type looked up.
  ValueId emit(Opcode opcode, Type type, std::initializer_list<ValueId> operands, u64 immediate = 0) {
    Instruction instruction{.opcode = opcode, .type = type, .immediate = immediate};
    std::size_t n = 0;
    for (ValueId operand : operands) instruction.operands[n++] = operand;
    if (n != 0) instruction.operand_type = type_of(instruction.operands[n - 1]);
    return simplifier_ ? simplifier_->make(instruction) : put(instruction);
  }

  ValueId constant(Type type, u64 value) { return emit<Opcode::constant>(type, Type::none, value & mask_of(type)); }

  Type type_of(ValueId value) const { return block_.instructions[value].type; }

  /// The last instruction turned out to end the block.
  bool ended() const { return simplifier_ && simplifier_->ended(); }
  ValueId last() const { return ValueId(block_.instructions.size() - 1); }
  /// Drops what was appended after an instruction: it will never run.
  void end_after(ValueId last) { block_.instructions.resize(last + 1); }

 private:
  template <class... Operands>
  static std::array<ValueId, 4> ids_of(Operands... operands) {
    std::array<ValueId, 4> ids = {no_value, no_value, no_value, no_value};
    std::size_t n = 0;
    ((ids[n++] = operands), ...);
    return ids;
  }
  // Called by every row for each of its operations, and so not a part of them.
  [[gnu::noinline]] ValueId put(const Instruction& instruction) {
    block_.instructions.push_back(instruction);
    return last();
  }

  Block& block_;
  Simplifier* simplifier_ = nullptr;
};

}  // namespace diptych::ir

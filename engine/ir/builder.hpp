// Builds a block, an instruction at a time.
#pragma once

#include "engine/ir/block.hpp"

#include <concepts>
#include <initializer_list>

namespace diptych::ir {

class Builder {
 public:
  explicit Builder(Block& block) : block_(block) {}

  /// What follows belongs to this guest instruction.
  void begin(u64 pc, u8 length) { block_.guest.push_back({pc, u32(block_.instructions.size()), length}); }

  /// Appends an instruction; its position is its value's name. Written once a row and kind of value, so
  /// it has to be small: `operand_type` is known where the last operand's type is.
  template <std::same_as<ValueId>... Operands>
  ValueId emit(Opcode opcode, Type type, Type operand_type, u64 immediate, Operands... operands) {
    static_assert(sizeof...(Operands) <= 4);
    ValueId ids[4] = {no_value, no_value, no_value, no_value};
    std::size_t n = 0;
    ((ids[n++] = operands), ...);
    const std::size_t position = block_.instructions.size();
    block_.instructions.push_back({opcode, type, operand_type, {ids[0], ids[1], ids[2], ids[3]}, immediate});
    return ValueId(position);
  }
  /// The same, with the last operand's type looked up.
  ValueId emit(Opcode opcode, Type type, std::initializer_list<ValueId> operands, u64 immediate = 0) {
    Instruction instruction{.opcode = opcode, .type = type, .immediate = immediate};
    std::size_t n = 0;
    for (ValueId operand : operands) instruction.operands[n++] = operand;
    if (n != 0) instruction.operand_type = block_.instructions[instruction.operands[n - 1]].type;
    block_.instructions.push_back(instruction);
    return ValueId(block_.instructions.size() - 1);
  }

  ValueId constant(Type type, u64 value) { return emit(Opcode::constant, type, Type::none, value & mask_of(type)); }

  /// Drops what was appended after an instruction: it will never run.
  void end_after(ValueId last) { block_.instructions.resize(last + 1); }

 private:
  Block& block_;
};

}  // namespace diptych::ir

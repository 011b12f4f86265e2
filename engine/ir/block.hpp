// A block of IR: guest instructions in their order, each as the IR instructions it is made of.
//
// A value is named by the position of the instruction that makes it; it may be used by every later
// one, also behind an exit on a condition. Where guest instructions begin is kept beside the code, so that any of them can be a place to
// stop at: the state before it is exactly what the instructions before it have written.
#pragma once

#include "engine/ir/opcode.hpp"
#include "engine/ir/type.hpp"

#include <array>
#include <string>
#include <vector>

namespace diptych::ir {

using ValueId = u32;
constexpr ValueId no_value = ~ValueId{0};

struct Instruction {
  Opcode opcode = Opcode::constant;
  Type type = Type::none;          ///< of the result; none where there is none
  Type operand_type = Type::none;  ///< of the last operand: what is compared, converted, stored
  std::array<ValueId, 4> operands = {no_value, no_value, no_value, no_value};
  u64 immediate = 0;

  bool operator==(const Instruction&) const = default;
};

/// One guest instruction: where it lies, and the first of its IR instructions. They end where the next
/// one's begin; there may be none.
struct GuestInstruction {
  u64 pc = 0;
  u32 first = 0;
  u8 length = 0;

  bool operator==(const GuestInstruction&) const = default;
};

struct Block {
  std::vector<Instruction> instructions;
  std::vector<GuestInstruction> guest;
  /// Which state of the guest beyond its PC the translation takes for granted, as the guest numbers it:
  /// for RISC-V the rounding mode in force.
  u8 variant = 0;

  u64 pc() const { return guest.front().pc; }
  /// One past the last byte of guest code.
  u64 end() const { return guest.back().pc + guest.back().length; }
  /// One past the last IR instruction of a guest instruction.
  std::size_t end_of(std::size_t index) const {
    return index + 1 < guest.size() ? guest[index + 1].first : instructions.size();
  }

  bool operator==(const Block&) const = default;
};

/// How far from its base an address may lie for the base's check to stand for its own.
constexpr u64 check_reach = 32768;

/// What emitted code checks of an address: x where the address is x + constant and the constant less
/// than check_reach in magnitude, else the address itself.
inline ValueId base_of(const Block& block, ValueId address) {
  const Instruction& made = block.instructions[address];
  if (made.opcode != Opcode::add) return address;
  const Instruction& displacement = block.instructions[made.operands[1]];
  if (displacement.opcode != Opcode::constant) return address;
  return displacement.immediate + check_reach - 1 < 2 * check_reach - 1 ? made.operands[0] : address;
}

}  // namespace diptych::ir

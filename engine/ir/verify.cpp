#include "engine/ir/verify.hpp"

#include "engine/machine/state.hpp"
#include "engine/machine/stop.hpp"

#include <fmt/format.h>

namespace diptych::ir {
namespace {

// Whether the types of an instruction go together; operands and their number were checked before.
bool types_fit(const Block& block, const Instruction& i) {
  const auto type = [&](std::size_t k) { return block.instructions[i.operands[k]].type; };
  const auto opcode = [&](std::size_t k) { return block.instructions[i.operands[k]].opcode; };
  switch (traits_of(i.opcode).shape) {
    case Shape::constant: return i.type != Type::none;
    case Shape::arithmetic: {
      const bool on_conditions =
          i.type == Type::i1 && (i.opcode == Opcode::bit_and || i.opcode == Opcode::bit_or || i.opcode == Opcode::bit_xor);
      return (is_integer(i.type) || on_conditions) && type(0) == i.type && type(1) == i.type;
    }
    case Shape::multiply_high: return i.type == Type::i64 && type(0) == Type::i64 && type(1) == Type::i64;
    case Shape::comparison: {
      const bool on_conditions = type(0) == Type::i1 && (i.opcode == Opcode::equal || i.opcode == Opcode::not_equal);
      return i.type == Type::i1 && type(0) == type(1) && (is_integer(type(0)) || on_conditions);
    }
    case Shape::bits: return is_integer(i.type) && type(0) == i.type;
    case Shape::truncate: return is_integer(i.type) && is_integer(type(0)) && bits_of(i.type) < bits_of(type(0));
    case Shape::extend:
      return is_integer(i.type) && bits_of(i.type) > bits_of(type(0)) &&
             (is_integer(type(0)) || (type(0) == Type::i1 && i.opcode == Opcode::extend_unsigned));
    case Shape::reinterpret:
      return bits_of(i.type) == bits_of(type(0)) && bits_of(i.type) >= 32 && is_float(i.type) != is_float(type(0));
    case Shape::select: return i.type != Type::none && type(0) == Type::i1 && type(1) == i.type && type(2) == i.type;
    case Shape::float_arithmetic:
      for (std::size_t k = 1; k < traits_of(i.opcode).operands; ++k)
        if (type(k) != i.type) return false;
      return type(0) == Type::i8 && is_float(i.type);
    case Shape::float_comparison:
      return i.type == Type::i1 && type(0) == Type::i8 && is_float(type(1)) && type(1) == type(2);
    case Shape::float_to_integer:
      return (i.type == Type::i32 || i.type == Type::i64) && type(0) == Type::i8 && is_float(type(1));
    case Shape::float_from_integer:
      return is_float(i.type) && type(0) == Type::i8 && (type(1) == Type::i32 || type(1) == Type::i64);
    case Shape::float_convert: return is_float(i.type) && type(0) == Type::i8 && is_float(type(1)) && type(1) != i.type;
    case Shape::flags: return i.type == Type::none && is_floating(opcode(0));
    case Shape::word_read:
    case Shape::count: return i.type == Type::i64;
    case Shape::word_write: return i.type == Type::none && type(0) == Type::i64;
    case Shape::load: return is_integer(i.type) && type(0) == Type::i64;
    case Shape::store: return i.type == Type::none && type(0) == Type::i64 && is_integer(type(1));
    case Shape::store_conditional: return i.type == Type::i64 && type(0) == Type::i64 && is_integer(type(1));
    case Shape::none: return i.type == Type::none;
    case Shape::trap_if: return i.type == Type::none && type(0) == Type::i1;
    case Shape::exit_if:
      return i.type == Type::none && type(0) == Type::i1 && type(1) == Type::i64 && opcode(1) == Opcode::constant;
    case Shape::exit: return i.type == Type::none && type(0) == Type::i64;
    case Shape::branch:
      return i.type == Type::none && type(0) == Type::i1 && type(1) == Type::i64 && type(2) == Type::i64 &&
             opcode(1) == Opcode::constant && opcode(2) == Opcode::constant;
  }
  return false;
}

// What is wrong with an instruction by itself, given those before it; empty if nothing is.
std::string wrong(const Block& block, std::size_t n) {
  const Instruction& i = block.instructions[n];
  const Traits& traits = traits_of(i.opcode);
  for (std::size_t k = 0; k < i.operands.size(); ++k) {
    const ValueId operand = i.operands[k];
    if (k >= traits.operands) {
      if (operand != no_value) return "has too many operands";
    } else if (operand == no_value) {
      return "has too few operands";
    } else if (operand >= n) {
      return fmt::format("uses %{} before it is made", operand);
    } else if (block.instructions[operand].type == Type::none) {
      return fmt::format("uses %{}, which has no value", operand);
    }
  }
  const Type last = traits.operands ? block.instructions[i.operands[traits.operands - 1]].type : Type::none;
  if (i.operand_type != last) return "does not know its operand's type";
  if (!types_fit(block, i)) return "has types that do not go together";
  switch (traits.immediate) {
    case Immediate::none: return i.immediate == 0 ? "" : "has a number where none belongs";
    case Immediate::number: return (i.immediate & ~mask_of(i.type)) == 0 ? "" : "is wider than its type";
    case Immediate::word: return i.immediate < GuestState::capacity ? "" : "names a word the state does not have";
    case Immediate::check: return i.immediate <= 1 ? "" : "is neither checked nor not";
    case Immediate::stop: return i.immediate <= u64(StopKind::runaway) ? "" : "stops for no known reason";
  }
  return "";
}

}  // namespace

Result<void> verify(const Block& block) {
  const auto bad = [](std::string message) { return fail(ErrorKind::bad_input, std::move(message)); };
  if (block.guest.empty()) return bad("the block has no guest instruction");
  if (block.guest.front().first != 0) return bad("the block begins with IR that belongs to no guest instruction");
  if (block.instructions.empty() || !traits_of(block.instructions.back().opcode).terminates)
    return bad("the block does not end with a terminator");
  for (std::size_t g = 0; g < block.guest.size(); ++g) {
    const GuestInstruction& guest = block.guest[g];
    if (g != 0 && guest.pc != block.guest[g - 1].pc + block.guest[g - 1].length)
      return bad(fmt::format("the guest instruction at {:#x} does not follow the one before it", guest.pc));
    if (block.end_of(g) < guest.first || block.end_of(g) > block.instructions.size())
      return bad(fmt::format("the guest instruction at {:#x} ends before it begins", guest.pc));
    bool took_effect = false;
    ValueId update = no_value;  // a load_update whose store is still to come
    for (std::size_t n = guest.first; n < block.end_of(g); ++n) {
      const Instruction& i = block.instructions[n];
      const Traits& traits = traits_of(i.opcode);
      const auto at = [&](std::string_view message) {
        return bad(fmt::format("%{} ({}) at {:#x} {}", n, traits.name, guest.pc, message));
      };
      if (const std::string message = wrong(block, n); !message.empty()) return at(message);
      if (traits.terminates && n + 1 != block.instructions.size()) return at("is not the last of the block");
      if (i.opcode == Opcode::exit_if && n + 1 != block.end_of(g)) return at("is not the last of its guest instruction");
      if (traits.may_stop && took_effect) return at("may stop after something took effect");
      if (update != no_value && traits.may_stop) return at("stands between the halves of an atomic update");
      if (i.opcode == Opcode::load_update) update = ValueId(n);
      if (i.opcode == Opcode::store_update) {
        if (update == no_value || block.instructions[update].operands[0] != i.operands[0] ||
            block.instructions[update].type != i.operand_type)
          return at("stores what no load_update has checked");
        update = no_value;
      }
      took_effect |= traits.effect;
    }
    if (update != no_value) return bad(fmt::format("the atomic update at {:#x} stores nothing", guest.pc));
  }
  return {};
}

}  // namespace diptych::ir

#include "engine/ir/passes/simplifier.hpp"

#include "engine/ir/compute.hpp"
#include "engine/ir/passes/known_bits.hpp"

#include <bit>
#include <utility>

// Everything here that is written as a choice by opcode is compiled for each opcode by itself, where only one
// is possible: so it is all inline, but for what one rule leaves to another.

namespace diptych::ir {
namespace {

constexpr bool commutes(Opcode opcode) {
  switch (opcode) {
    case Opcode::add:
    case Opcode::multiply:
    case Opcode::multiply_high_signed:
    case Opcode::multiply_high_unsigned:
    case Opcode::bit_and:
    case Opcode::bit_or:
    case Opcode::bit_xor:
    case Opcode::equal:
    case Opcode::not_equal: return true;
    default: return false;
  }
}

// The comparison that holds where this one does not; itself where there is none.
constexpr Opcode inverse(Opcode opcode) {
  switch (opcode) {
    case Opcode::equal: return Opcode::not_equal;
    case Opcode::not_equal: return Opcode::equal;
    case Opcode::less_signed: return Opcode::greater_equal_signed;
    case Opcode::greater_equal_signed: return Opcode::less_signed;
    case Opcode::less_unsigned: return Opcode::greater_equal_unsigned;
    case Opcode::greater_equal_unsigned: return Opcode::less_unsigned;
    default: return opcode;
  }
}

}  // namespace

Simplifier::Simplifier(Block& block, Scratch& scratch, bool checks) : block_(block), scratch_(scratch), checks_(checks) {
  held_.fill(no_value);
  ++scratch_.simplified;
}

[[clang::always_inline]] inline ValueId Simplifier::visit(const Instruction& i) {
  switch (i.opcode) {
    case Opcode::read_word: return read_word(i);
    case Opcode::write_word: return write_word(i);
    case Opcode::raise_flags:
      // What the word holds now is no value.
      held_[i.immediate] = no_value;
      return keep(i);
    case Opcode::load:
    case Opcode::store: return checks_ ? access(i) : keep(i);
    case Opcode::trap_if:
      if (!is_constant(i.operands[0])) return keep(i);
      if (number(i.operands[0]) == 0) return no_value;
      return end_with({.opcode = Opcode::trap, .immediate = i.immediate});
    case Opcode::exit_if:
      if (!is_constant(i.operands[0])) return keep(i);
      if (number(i.operands[0]) == 0) return no_value;
      return exit_to(i.operands[1]);
    case Opcode::branch:
      if (is_constant(i.operands[0])) return exit_to(i.operands[number(i.operands[0]) ? 1 : 2]);
      return keep(i);
    default:
      return i.opcode > Opcode::select ? keep(i) : simplified(i);
  }
}

template <Opcode opcode, std::same_as<ValueId>... Operands>
ValueId Simplifier::make(Type type, Type operand_type, u64 immediate, Operands... operands) {
  static_assert(sizeof...(Operands) == traits_of(opcode).operands);
  Instruction i{.opcode = opcode, .type = type, .operand_type = operand_type, .immediate = immediate};
  std::size_t n = 0;
  ((i.operands[n++] = operands), ...);
  return visit(i);
}

[[clang::always_inline]] inline ValueId Simplifier::read_word(const Instruction& i) {
  ValueId& held = held_[i.immediate];
  if (held == no_value) held = keep(i);
  return held;
}

[[clang::always_inline]] inline ValueId Simplifier::write_word(const Instruction& i) {
  // Writing what the word holds already changes nothing.
  ValueId& held = held_[i.immediate];
  if (held == i.operands[0]) return no_value;
  held = i.operands[0];
  return keep(i);
}

[[clang::always_inline]] inline ValueId Simplifier::access(Instruction i) {
  u64& checked_in = scratch_.checked[base_of(block_, i.operands[0])];
  i.immediate = checked_in == scratch_.simplified;
  checked_in = scratch_.simplified;
  return keep(i);
}

ValueId Simplifier::exit_to(ValueId target) {
  return end_with({.opcode = Opcode::exit, .operand_type = Type::i64, .operands = {target, no_value, no_value, no_value}});
}
ValueId Simplifier::end_with(const Instruction& terminator) {
  ended_ = true;
  return keep(terminator);
}

// Whether a value is made by this operation from a value and a constant.
inline bool Simplifier::with_constant(ValueId value, Opcode opcode) const {
  return made(value).opcode == opcode && is_constant(made(value).operands[1]);
}

// Making values.

[[clang::always_inline]] inline ValueId Simplifier::keep(const Instruction& i, KnownBits bits) {
  const std::size_t value = block_.instructions.size();
  block_.instructions.push_back(i);
  if (scratch_.known.size() <= value) [[unlikely]] {
    scratch_.known.resize(value + 64);
    scratch_.checked.resize(value + 64);
  }
  scratch_.known[value] = bits;
  return ValueId(value);
}
// Nothing is known of the value but its width.
[[clang::always_inline]] inline ValueId Simplifier::keep(const Instruction& i) { return keep(i, {~mask_of(i.type), 0}); }
[[clang::always_inline]] inline ValueId Simplifier::keep_constant(const Instruction& i) {
  return keep(i, {~i.immediate, i.immediate});
}
ValueId Simplifier::constant(Type type, u64 value) {
  return keep_constant({.opcode = Opcode::constant, .type = type, .immediate = value & mask_of(type)});
}
ValueId Simplifier::unary(Opcode opcode, Type type, ValueId a) {
  return make({.opcode = opcode, .type = type, .operand_type = made(a).type, .operands = {a, no_value, no_value, no_value}});
}
ValueId Simplifier::binary(Opcode opcode, Type type, ValueId a, ValueId b) {
  return make({.opcode = opcode, .type = type, .operand_type = made(b).type, .operands = {a, b, no_value, no_value}});
}
ValueId Simplifier::with_number(Opcode opcode, Type type, ValueId a, u64 b) {
  return binary(opcode, type, a, constant(made(a).type, b));
}

// The value of a pure instruction, by whatever is the shortest way.
[[clang::always_inline]] inline ValueId Simplifier::simplified(Instruction i) {
  if (i.opcode == Opcode::constant) return keep_constant(i);
  if (const ValueId value = computed(i); value != no_value) return value;
  if (commutes(i.opcode) && is_constant(i.operands[0])) std::swap(i.operands[0], i.operands[1]);
  if (const ValueId value = by_rule(i); value != no_value) return value;
  const KnownBits bits = known_bits(i, block_.instructions, scratch_.known);
  if (~(bits.zeros | bits.ones) == 0) return constant(i.type, bits.ones);
  return keep(i, bits);
}

[[clang::always_inline]] inline ValueId Simplifier::computed(const Instruction& i) {
  std::array<u64, 4> operands{};
  for (std::size_t k = 0; k < traits_of(i.opcode).operands; ++k) {
    if (!is_constant(i.operands[k])) return no_value;
    operands[k] = number(i.operands[k]);
  }
  return constant(i.type, compute(i, operands).value);
}

[[clang::always_inline]] inline ValueId Simplifier::by_rule(const Instruction& i) {
  switch (i.opcode) {
    case Opcode::truncate: return truncation(i);
    case Opcode::extend_signed:
    case Opcode::extend_unsigned: return extension(i);
    case Opcode::reinterpret: {
      const Instruction& from = made(i.operands[0]);
      return from.opcode == Opcode::reinterpret && made(from.operands[0]).type == i.type ? from.operands[0] : no_value;
    }
    case Opcode::select: return selection(i);
    case Opcode::equal:
    case Opcode::not_equal: return equality(i);
    case Opcode::less_signed:
    case Opcode::less_unsigned:
    case Opcode::greater_equal_signed:
    case Opcode::greater_equal_unsigned: return order(i);
    default: break;
  }
  if (i.operands[1] == no_value) return no_value;
  if (i.operands[0] == i.operands[1])
    if (const ValueId value = of_itself(i); value != no_value) return value;
  return is_constant(i.operands[1]) ? with_right_constant(i) : no_value;
}

// Both operands are the same value.
[[clang::always_inline]] inline ValueId Simplifier::of_itself(const Instruction& i) {
  switch (i.opcode) {
    case Opcode::subtract:
    case Opcode::bit_xor: return constant(i.type, 0);
    case Opcode::bit_and:
    case Opcode::bit_or: return i.operands[0];
    default: return no_value;
  }
}

[[clang::always_inline]] inline ValueId Simplifier::with_right_constant(const Instruction& i) {
  const ValueId a = i.operands[0];
  const u64 c = number(i.operands[1]), mask = mask_of(i.type);
  const unsigned width = bits_of(i.type);
  switch (i.opcode) {
    case Opcode::add:
      if (c == 0) return a;
      return reassociated(i, [](u64 x, u64 y) { return x + y; });
    case Opcode::subtract: return with_number(Opcode::add, i.type, a, 0 - c);
    case Opcode::multiply:
      if (c == 0) return constant(i.type, 0);
      if (c == 1) return a;
      if (std::has_single_bit(c)) return with_number(Opcode::shift_left, i.type, a, u64(std::countr_zero(c)));
      return no_value;
    case Opcode::divide_unsigned:
      if (std::has_single_bit(c)) return with_number(Opcode::shift_right_unsigned, i.type, a, u64(std::countr_zero(c)));
      return no_value;
    case Opcode::remainder_unsigned:
      if (std::has_single_bit(c)) return with_number(Opcode::bit_and, i.type, a, c - 1);
      return no_value;
    case Opcode::bit_and:
      if (((c | known(a).zeros) & mask) == mask) return a;
      if (with_constant(a, Opcode::bit_or) && (number(made(a).operands[1]) & c) == 0)
        return with_number(Opcode::bit_and, i.type, made(a).operands[0], c);
      return reassociated(i, [](u64 x, u64 y) { return x & y; });
    case Opcode::bit_or:
      if ((c & ~known(a).ones) == 0) return a;
      return reassociated(i, [](u64 x, u64 y) { return x | y; });
    case Opcode::bit_xor:
      if (c == 0) return a;
      if (i.type == Type::i1 && inverse(made(a).opcode) != made(a).opcode) {
        Instruction turned = made(a);
        turned.opcode = inverse(turned.opcode);
        return make(turned);
      }
      return reassociated(i, [](u64 x, u64 y) { return x ^ y; });
    case Opcode::shift_left:
    case Opcode::shift_right_unsigned:
      if (c == 0) return a;
      if (c >= width) return constant(i.type, 0);
      if (with_constant(a, i.opcode)) {
        const u64 before = number(made(a).operands[1]);
        if (before < width) return with_number(i.opcode, i.type, made(a).operands[0], before + c);
      }
      return no_value;
    case Opcode::shift_right_signed:
      return c == 0 ? a : no_value;
    case Opcode::rotate_right:
      return c % width == 0 ? a : no_value;
    default: return no_value;
  }
}

// (x op c1) op c2 is x op (c1 op c2).
template <class Combine>
ValueId Simplifier::reassociated(const Instruction& i, Combine combine) {
  const ValueId a = i.operands[0];
  if (!with_constant(a, i.opcode)) return no_value;
  const Instruction inner = made(a);
  return with_number(i.opcode, i.type, inner.operands[0], combine(number(inner.operands[1]), number(i.operands[1])));
}

[[clang::always_inline]] inline ValueId Simplifier::truncation(const Instruction& i) {
  const Instruction from = made(i.operands[0]);
  const u64 mask = mask_of(i.type);
  switch (from.opcode) {
    case Opcode::truncate: return unary(Opcode::truncate, i.type, from.operands[0]);
    case Opcode::extend_signed:
    case Opcode::extend_unsigned: {
      const Type type = from.operand_type;
      if (type == i.type) return from.operands[0];
      return unary(bits_of(type) < bits_of(i.type) ? from.opcode : Opcode::truncate, i.type, from.operands[0]);
    }
    case Opcode::bit_and:
      if (is_constant(from.operands[1]) && (number(from.operands[1]) & mask) == mask)
        return unary(Opcode::truncate, i.type, from.operands[0]);
      return no_value;
    case Opcode::bit_or:
    case Opcode::bit_xor:
      if (is_constant(from.operands[1]) && (number(from.operands[1]) & mask) == 0)
        return unary(Opcode::truncate, i.type, from.operands[0]);
      return no_value;
    default: return no_value;
  }
}

[[clang::always_inline]] inline ValueId Simplifier::extension(const Instruction& i) {
  const ValueId a = i.operands[0];
  const Instruction from = made(a);
  // A wider value was cut to this one: it is the answer if its upper bits were what they become.
  if (from.opcode == Opcode::truncate && made(from.operands[0]).type == i.type) {
    const u64 cut = mask_of(i.type) & ~mask_of(from.type);
    const bool sign_clear = (known(a).zeros >> (bits_of(from.type) - 1)) & 1;
    if ((cut & ~known(from.operands[0]).zeros) == 0 && (i.opcode == Opcode::extend_unsigned || sign_clear))
      return from.operands[0];
  }
  if (i.opcode == Opcode::extend_unsigned)
    return from.opcode == Opcode::extend_unsigned ? unary(i.opcode, i.type, from.operands[0]) : no_value;
  if (from.opcode == Opcode::extend_signed) return unary(i.opcode, i.type, from.operands[0]);
  const bool positive = (known(a).zeros >> (bits_of(i.operand_type) - 1)) & 1;
  return positive ? unary(Opcode::extend_unsigned, i.type, a) : no_value;
}

[[clang::always_inline]] inline ValueId Simplifier::selection(const Instruction& i) {
  const auto [condition, yes, no, none] = i.operands;
  if (is_constant(condition)) return number(condition) ? yes : no;
  if (yes == no) return yes;
  if (is_integer(i.type) && is_constant(yes) && is_constant(no) && number(yes) == 1 && number(no) == 0)
    return unary(Opcode::extend_unsigned, i.type, condition);
  return no_value;
}

[[clang::always_inline]] inline ValueId Simplifier::equality(const Instruction& i) {
  const auto [a, b, none, none_either] = i.operands;
  const bool equal = i.opcode == Opcode::equal;
  if (a == b) return constant(Type::i1, equal);
  const KnownBits left = known(a), right = known(b);
  if ((left.zeros & right.ones) | (left.ones & right.zeros)) return constant(Type::i1, !equal);
  if (!is_constant(b)) return no_value;
  const u64 c = number(b);
  const Instruction from = made(a);
  if (i.operand_type == Type::i1) {
    if ((c == 1) == equal) return a;
    return with_number(Opcode::bit_xor, Type::i1, a, 1);
  }
  // Of a condition made a number: any other constant differs in a bit that is known.
  if (from.opcode == Opcode::extend_unsigned && from.operand_type == Type::i1)
    return with_number(i.opcode, Type::i1, from.operands[0], c);
  if (c == 0 && (from.opcode == Opcode::subtract || from.opcode == Opcode::bit_xor))
    return binary(i.opcode, Type::i1, from.operands[0], from.operands[1]);
  if (with_constant(a, Opcode::add))
    return with_number(i.opcode, Type::i1, from.operands[0], c - number(from.operands[1]));
  return no_value;
}

[[clang::always_inline]] inline ValueId Simplifier::order(const Instruction& i) {
  const auto [a, b, none, none_either] = i.operands;
  const bool less = i.opcode == Opcode::less_signed || i.opcode == Opcode::less_unsigned;
  if (a == b) return constant(Type::i1, !less);
  const KnownBits left = known(a), right = known(b);
  if (i.opcode == Opcode::less_signed || i.opcode == Opcode::greater_equal_signed) {
    const unsigned sign = bits_of(i.operand_type) - 1;
    if (((left.zeros & right.zeros) >> sign) & 1)
      return binary(less ? Opcode::less_unsigned : Opcode::greater_equal_unsigned, Type::i1, a, b);
    return no_value;
  }
  // From the bits known, the least and the greatest that each may be.
  if (~left.zeros < right.ones) return constant(Type::i1, less);
  if (left.ones >= ~right.zeros) return constant(Type::i1, !less);
  if (is_constant(b) && number(b) == 1)
    return with_number(less ? Opcode::equal : Opcode::not_equal, Type::i1, a, 0);
  if (is_constant(a) && number(a) == 0)
    return with_number(less ? Opcode::not_equal : Opcode::equal, Type::i1, b, 0);
  return no_value;
}

namespace {

template <Opcode opcode>
ValueId make_as(Simplifier& simplifier, const Instruction& i) {
  return [&]<std::size_t... k>(std::index_sequence<k...>) {
    return simplifier.make<opcode>(i.type, i.operand_type, i.immediate, i.operands[k]...);
  }(std::make_index_sequence<traits_of(opcode).operands>());
}

// One for each opcode there is.
constexpr auto by_opcode = []<std::size_t... opcodes>(std::index_sequence<opcodes...>) {
  return std::array{&make_as<Opcode(opcodes)>...};
}(std::make_index_sequence<all_traits.size()>());

}  // namespace

ValueId Simplifier::make(const Instruction& instruction) {
  return by_opcode[std::size_t(instruction.opcode)](*this, instruction);
}

}  // namespace diptych::ir

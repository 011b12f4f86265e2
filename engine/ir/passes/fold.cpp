// Folding: what can be computed now is a constant, and what can be said with fewer or simpler operations
// is. Each rule is true whatever the operands' values; a floating-point operation stays as it is, because
// the flags it raises belong to it.
#include "engine/ir/compute.hpp"
#include "engine/ir/passes/known_bits.hpp"
#include "engine/ir/passes/passes.hpp"
#include "engine/ir/passes/rewrite.hpp"

#include <bit>
#include <utility>

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

class Fold {
 public:
  Fold(Block& block, Scratch& scratch) : rewrite_(block, scratch, true), scratch_(scratch) {}

  void run() {
    rewrite_.run([&](const Instruction& i) { return visit(i); });
  }

 private:
  ValueId visit(const Instruction& i) {
    switch (i.opcode) {
      case Opcode::trap_if:
        if (!is_constant(i.operands[0])) return keep(i);
        if (number(i.operands[0]) == 0) return no_value;
        return rewrite_.end_with({.opcode = Opcode::trap, .immediate = i.immediate});
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

  ValueId exit_to(ValueId target) {
    return rewrite_.end_with({.opcode = Opcode::exit,
                              .operand_type = Type::i64,
                              .operands = {target, no_value, no_value, no_value}});
  }

  // What is known of values.

  const Instruction& made(ValueId value) const { return rewrite_[value]; }
  bool is_constant(ValueId value) const { return made(value).opcode == Opcode::constant; }
  u64 number(ValueId value) const { return made(value).immediate; }
  KnownBits known(ValueId value) const { return scratch_.known[value]; }
  // Whether a value is made by this operation from a value and a constant.
  bool with_constant(ValueId value, Opcode opcode) const {
    return made(value).opcode == opcode && is_constant(made(value).operands[1]);
  }

  // Making values.

  ValueId keep(const Instruction& i, KnownBits bits) {
    const ValueId value = rewrite_.append(i);
    if (scratch_.known.size() <= value) [[unlikely]]
      scratch_.known.resize(value + 64);
    scratch_.known[value] = bits;
    return value;
  }
  // Nothing is known of the value but its width.
  ValueId keep(const Instruction& i) { return keep(i, {~mask_of(i.type), 0}); }
  ValueId keep_constant(const Instruction& i) { return keep(i, {~i.immediate, i.immediate}); }
  ValueId constant(Type type, u64 value) {
    return keep_constant({.opcode = Opcode::constant, .type = type, .immediate = value & mask_of(type)});
  }
  ValueId unary(Opcode opcode, Type type, ValueId a) {
    return simplified({.opcode = opcode,
                       .type = type,
                       .operand_type = made(a).type,
                       .operands = {a, no_value, no_value, no_value}});
  }
  ValueId binary(Opcode opcode, Type type, ValueId a, ValueId b) {
    return simplified({.opcode = opcode,
                       .type = type,
                       .operand_type = made(b).type,
                       .operands = {a, b, no_value, no_value}});
  }
  ValueId with_number(Opcode opcode, Type type, ValueId a, u64 b) {
    return binary(opcode, type, a, constant(made(a).type, b));
  }

  // The value of a pure instruction, by whatever is the shortest way.
  ValueId simplified(Instruction i) {
    if (i.opcode == Opcode::constant) return keep_constant(i);
    if (const ValueId value = computed(i); value != no_value) return value;
    if (commutes(i.opcode) && is_constant(i.operands[0])) std::swap(i.operands[0], i.operands[1]);
    if (const ValueId value = by_rule(i); value != no_value) return value;
    const KnownBits bits = known_bits(i, rewrite_.made(), scratch_.known);
    if (~(bits.zeros | bits.ones) == 0) return constant(i.type, bits.ones);
    return keep(i, bits);
  }

  ValueId computed(const Instruction& i) {
    std::array<u64, 4> operands{};
    for (std::size_t k = 0; k < 4 && i.operands[k] != no_value; ++k) {
      if (!is_constant(i.operands[k])) return no_value;
      operands[k] = number(i.operands[k]);
    }
    return constant(i.type, compute(i, operands).value);
  }

  ValueId by_rule(const Instruction& i) {
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
  ValueId of_itself(const Instruction& i) {
    switch (i.opcode) {
      case Opcode::subtract:
      case Opcode::bit_xor: return constant(i.type, 0);
      case Opcode::bit_and:
      case Opcode::bit_or: return i.operands[0];
      default: return no_value;
    }
  }

  ValueId with_right_constant(const Instruction& i) {
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
          return simplified(turned);
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
  ValueId reassociated(const Instruction& i, Combine combine) {
    const ValueId a = i.operands[0];
    if (!with_constant(a, i.opcode)) return no_value;
    const Instruction inner = made(a);
    return with_number(i.opcode, i.type, inner.operands[0], combine(number(inner.operands[1]), number(i.operands[1])));
  }

  ValueId truncation(const Instruction& i) {
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

  ValueId extension(const Instruction& i) {
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

  ValueId selection(const Instruction& i) {
    const auto [condition, yes, no, none] = i.operands;
    if (is_constant(condition)) return number(condition) ? yes : no;
    if (yes == no) return yes;
    if (is_integer(i.type) && is_constant(yes) && is_constant(no) && number(yes) == 1 && number(no) == 0)
      return unary(Opcode::extend_unsigned, i.type, condition);
    return no_value;
  }

  ValueId equality(const Instruction& i) {
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

  ValueId order(const Instruction& i) {
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

  Rewrite rewrite_;
  Scratch& scratch_;
};

}  // namespace

void fold(Block& block, Scratch& scratch) { Fold(block, scratch).run(); }

}  // namespace diptych::ir

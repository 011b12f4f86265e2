#include "engine/ir/compute.hpp"

#include "engine/ir/compute_integer.hpp"

namespace diptych::ir {
namespace {

using detail::give, detail::take;
using meaning::FloatOperation;
using meaning::Numbers;

template <FloatOperation operation, class R, class F, class... Bits>
Computed floating(u64 rounding, Bits... bits) {
  const auto made = Numbers::floating<operation, R>(static_cast<u8>(rounding), take<F>(bits)...);
  return {give(made.value), made.flags};
}

// Operands and result of one format.
template <FloatOperation operation, class... Bits>
Computed arithmetic(Type type, u64 rounding, Bits... bits) {
  return type == Type::f32 ? floating<operation, f32, f32>(rounding, bits...)
                           : floating<operation, f64, f64>(rounding, bits...);
}
template <FloatOperation operation>
Computed comparison(Type type, u64 rounding, u64 a, u64 b) {
  return type == Type::f32 ? floating<operation, bool, f32>(rounding, a, b)
                           : floating<operation, bool, f64>(rounding, a, b);
}
template <class Word, class Long>
Computed to_integer(const Instruction& i, u64 rounding, u64 a) {
  constexpr auto to = FloatOperation::to_integer;
  if (i.operand_type == Type::f32)
    return i.type == Type::i32 ? floating<to, Word, f32>(rounding, a) : floating<to, Long, f32>(rounding, a);
  return i.type == Type::i32 ? floating<to, Word, f64>(rounding, a) : floating<to, Long, f64>(rounding, a);
}
template <class Word, class Long>
Computed from_integer(const Instruction& i, u64 rounding, u64 a) {
  constexpr auto from = FloatOperation::from_integer;
  if (i.operand_type == Type::i32)
    return i.type == Type::f32 ? floating<from, f32, Word>(rounding, a) : floating<from, f64, Word>(rounding, a);
  return i.type == Type::f32 ? floating<from, f32, Long>(rounding, a) : floating<from, f64, Long>(rounding, a);
}

}  // namespace

Computed compute(const Instruction& i, const std::array<u64, 4>& operands) {
  const auto [a, b, c, d] = operands;
  if (is_integer_operation(i.opcode)) return {compute_integer(i.opcode, i.type, i.operand_type, a, b, c)};
  switch (i.opcode) {
    case Opcode::float_add: return arithmetic<FloatOperation::add>(i.type, a, b, c);
    case Opcode::float_subtract: return arithmetic<FloatOperation::subtract>(i.type, a, b, c);
    case Opcode::float_multiply: return arithmetic<FloatOperation::multiply>(i.type, a, b, c);
    case Opcode::float_divide: return arithmetic<FloatOperation::divide>(i.type, a, b, c);
    case Opcode::float_square_root: return arithmetic<FloatOperation::square_root>(i.type, a, b);
    case Opcode::float_fused_multiply_add: return arithmetic<FloatOperation::fused_multiply_add>(i.type, a, b, c, d);
    case Opcode::float_minimum: return arithmetic<FloatOperation::minimum>(i.type, a, b, c);
    case Opcode::float_maximum: return arithmetic<FloatOperation::maximum>(i.type, a, b, c);
    case Opcode::float_equal: return comparison<FloatOperation::equal>(i.operand_type, a, b, c);
    case Opcode::float_less: return comparison<FloatOperation::less>(i.operand_type, a, b, c);
    case Opcode::float_less_equal: return comparison<FloatOperation::less_equal>(i.operand_type, a, b, c);
    case Opcode::float_to_signed: return to_integer<i32, i64>(i, a, b);
    case Opcode::float_to_unsigned: return to_integer<u32, u64>(i, a, b);
    case Opcode::float_from_signed: return from_integer<i32, i64>(i, a, b);
    case Opcode::float_from_unsigned: return from_integer<u32, u64>(i, a, b);
    case Opcode::float_convert:
      return i.type == Type::f32 ? floating<FloatOperation::convert, f32, f64>(a, b)
                                 : floating<FloatOperation::convert, f64, f32>(a, b);
    default: return {};
  }
}

}  // namespace diptych::ir

// The arithmetic of meanings whose values are IR: each operation appends the instruction that does it.
#pragma once

#include "engine/ir/builder.hpp"
#include "engine/meaning/operation.hpp"

#include <type_traits>

namespace diptych::ir {

namespace detail {

using meaning::FloatOperation;
using meaning::Operation;

constexpr Opcode opcode_of(Operation operation, bool is_signed) {
  switch (operation) {
    case Operation::add: return Opcode::add;
    case Operation::subtract: return Opcode::subtract;
    case Operation::multiply: return Opcode::multiply;
    case Operation::divide: return is_signed ? Opcode::divide_signed : Opcode::divide_unsigned;
    case Operation::remainder: return is_signed ? Opcode::remainder_signed : Opcode::remainder_unsigned;
    case Operation::bit_and: return Opcode::bit_and;
    case Operation::bit_or: return Opcode::bit_or;
    case Operation::bit_xor: return Opcode::bit_xor;
    case Operation::shift_left: return Opcode::shift_left;
    case Operation::shift_right: return is_signed ? Opcode::shift_right_signed : Opcode::shift_right_unsigned;
    case Operation::rotate_right: return Opcode::rotate_right;
    case Operation::equal: return Opcode::equal;
    case Operation::not_equal: return Opcode::not_equal;
    case Operation::less: return is_signed ? Opcode::less_signed : Opcode::less_unsigned;
    case Operation::greater_equal: return is_signed ? Opcode::greater_equal_signed : Opcode::greater_equal_unsigned;
    case Operation::leading_zeros: return Opcode::leading_zeros;
    case Operation::trailing_zeros: return Opcode::trailing_zeros;
    case Operation::population: return Opcode::population;
    case Operation::byte_swap: return Opcode::byte_swap;
  }
  __builtin_unreachable();
}

/// `is_signed` is the sign of the integer where there is one.
constexpr Opcode opcode_of(FloatOperation operation, bool is_signed) {
  switch (operation) {
    case FloatOperation::add: return Opcode::float_add;
    case FloatOperation::subtract: return Opcode::float_subtract;
    case FloatOperation::multiply: return Opcode::float_multiply;
    case FloatOperation::divide: return Opcode::float_divide;
    case FloatOperation::square_root: return Opcode::float_square_root;
    case FloatOperation::fused_multiply_add: return Opcode::float_fused_multiply_add;
    case FloatOperation::minimum: return Opcode::float_minimum;
    case FloatOperation::maximum: return Opcode::float_maximum;
    case FloatOperation::equal: return Opcode::float_equal;
    case FloatOperation::less: return Opcode::float_less;
    case FloatOperation::less_equal: return Opcode::float_less_equal;
    case FloatOperation::to_integer: return is_signed ? Opcode::float_to_signed : Opcode::float_to_unsigned;
    case FloatOperation::from_integer: return is_signed ? Opcode::float_from_signed : Opcode::float_from_unsigned;
    case FloatOperation::convert: return Opcode::float_convert;
  }
  __builtin_unreachable();
}

}  // namespace detail

struct Arithmetic {
  template <class T>
  struct Handle {
    Builder* builder = nullptr;
    ValueId id = no_value;
  };

  template <class T>
  static Handle<T> constant(Builder& builder, T value) {
    if constexpr (std::is_integral_v<T>) return {&builder, builder.constant(type_of<T>(), static_cast<u64>(value))};
    else return {&builder, builder.constant(type_of<T>(), value.bits)};
  }
  template <class T>
  static Handle<T> constant_like(Handle<T> other, T value) { return constant(*other.builder, value); }

  template <meaning::Operation operation, class T>
  static auto binary(Handle<T> a, Handle<T> b) {
    using R = std::conditional_t<meaning::is_comparison(operation), bool, T>;
    return Handle<R>{a.builder, a.builder->template emit<detail::opcode_of(operation, std::is_signed_v<T>)>(type_of<R>(), type_of<T>(), 0, a.id, b.id)};
  }
  template <meaning::Operation operation, class R, class T>
  static Handle<R> unary(Handle<T> a) {
    return {a.builder, a.builder->template emit<detail::opcode_of(operation, false)>(type_of<R>(), type_of<T>(), 0, a.id)};
  }

  template <class To, class From>
  static Handle<To> convert(Handle<From> a) {
    constexpr Type to = type_of<To>(), from = type_of<From>();
    if constexpr (to == from) return {a.builder, a.id};
    else {
      constexpr Opcode opcode = bits_of(to) < bits_of(from) ? Opcode::truncate
                                : std::is_signed_v<From>    ? Opcode::extend_signed
                                                            : Opcode::extend_unsigned;
      return {a.builder, a.builder->template emit<opcode>(to, from, 0, a.id)};
    }
  }
  template <class To, class From>
  static Handle<To> reinterpret(Handle<From> a) {
    if constexpr (type_of<To>() == type_of<From>()) return {a.builder, a.id};
    else return {a.builder, a.builder->template emit<Opcode::reinterpret>(type_of<To>(), type_of<From>(), 0, a.id)};
  }

  template <class T>
  static Handle<T> select(Handle<bool> condition, Handle<T> yes, Handle<T> no) {
    return {yes.builder, yes.builder->template emit<Opcode::select>(type_of<T>(), type_of<T>(), 0, condition.id, yes.id, no.id)};
  }

  template <class T, class U>
  static Handle<T> multiply_high(Handle<T> a, Handle<U> b) {
    constexpr bool left = std::is_signed_v<T>, right = std::is_signed_v<U>;
    constexpr Opcode opcode = left && right   ? Opcode::multiply_high_signed
                              : left || right ? Opcode::multiply_high_mixed
                                              : Opcode::multiply_high_unsigned;
    // The mixed product takes the signed operand first.
    if constexpr (!left && right) return {a.builder, a.builder->template emit<opcode>(type_of<T>(), type_of<T>(), 0, b.id, a.id)};
    else return {a.builder, a.builder->template emit<opcode>(type_of<T>(), type_of<T>(), 0, a.id, b.id)};
  }

  /// The flags are not a value of the IR: they stand for the operation that raised them, and are good
  /// for raise_flags alone.
  template <class R>
  struct FloatHandles {
    Handle<R> value;
    Handle<u8> flags;
  };

  template <meaning::FloatOperation operation, class R, class... T>
  static FloatHandles<R> floating(Handle<u8> rounding, Handle<T>... operands) {
    Builder& builder = *rounding.builder;
    constexpr bool is_signed = std::is_signed_v<R> || (std::is_signed_v<T> || ...);
    constexpr Type operand = std::array{type_of<T>()...}.back();
    const ValueId value =
        builder.emit<detail::opcode_of(operation, is_signed)>(type_of<R>(), operand, 0, rounding.id, operands.id...);
    return {{&builder, value}, {&builder, value}};
  }
};

}  // namespace diptych::ir

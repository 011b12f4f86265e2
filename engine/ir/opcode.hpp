// What an IR instruction does: the operations, and for each what a reader has to know of it.
#pragma once

#include "engine/machine/integers.hpp"

#include <array>
#include <string_view>

namespace diptych::ir {

enum class Opcode : u8 {
  constant,
  // integers
  add, subtract, multiply, multiply_high_signed, multiply_high_mixed, multiply_high_unsigned,
  divide_signed, divide_unsigned, remainder_signed, remainder_unsigned,
  bit_and, bit_or, bit_xor, shift_left, shift_right_signed, shift_right_unsigned, rotate_right,
  equal, not_equal, less_signed, less_unsigned, greater_equal_signed, greater_equal_unsigned,
  leading_zeros, trailing_zeros, population, byte_swap,
  truncate, extend_signed, extend_unsigned, reinterpret, select,
  // floating point: the rounding mode is the first operand
  float_add, float_subtract, float_multiply, float_divide, float_square_root, float_fused_multiply_add,
  float_minimum, float_maximum, float_equal, float_less, float_less_equal,
  float_to_signed, float_to_unsigned, float_from_signed, float_from_unsigned, float_convert,
  // guest state
  read_word, write_word,
  raise_flags,  ///< a word of the state gets the flags that a floating-point operation raised, beside its own
  retired,  ///< guest instructions retired before the one this belongs to
  // memory
  load, store,
  load_reserved, store_conditional,
  load_update,   ///< first half of an atomic update: checks all that its store needs
  store_update,  ///< second half: cannot fail any more
  synchronize_code,
  // stops and exits
  trap_if,
  exit_if,  ///< leaves the block, the guest instruction done; last of its guest instruction
  trap, exit, branch,
};

/// What an instruction's immediate means.
enum class Immediate : u8 {
  none, number, word, stop,
  check,  ///< of a memory access: 0, its address must be checked; 1, a load or store before it in the block
          ///< has checked the base of its address: see base_of()
};

/// How types go together; the verifier has one rule for each.
enum class Shape : u8 {
  constant, arithmetic, multiply_high, comparison, bits, truncate, extend, reinterpret, select,
  float_arithmetic, float_comparison, float_to_integer, float_from_integer, float_convert, flags,
  word_read, word_write, count, load, store, store_conditional, none, trap_if, exit_if, exit, branch,
};

struct Traits {
  Opcode opcode{};
  std::string_view name;
  u8 operands = 0;
  Shape shape = Shape::none;
  Immediate immediate = Immediate::none;
  bool effect = false;     ///< changes what outlives the block, or ends it
  bool may_stop = false;   ///< may end its guest instruction, of which nothing may have taken effect yet
  bool terminates = false; ///< stands last in a block, and only there
};

constexpr auto all_traits = std::to_array<Traits>({
    {Opcode::constant, "constant", 0, Shape::constant, Immediate::number},
    {Opcode::add, "add", 2, Shape::arithmetic},
    {Opcode::subtract, "subtract", 2, Shape::arithmetic},
    {Opcode::multiply, "multiply", 2, Shape::arithmetic},
    {Opcode::multiply_high_signed, "multiply_high_signed", 2, Shape::multiply_high},
    {Opcode::multiply_high_mixed, "multiply_high_mixed", 2, Shape::multiply_high},
    {Opcode::multiply_high_unsigned, "multiply_high_unsigned", 2, Shape::multiply_high},
    {Opcode::divide_signed, "divide_signed", 2, Shape::arithmetic},
    {Opcode::divide_unsigned, "divide_unsigned", 2, Shape::arithmetic},
    {Opcode::remainder_signed, "remainder_signed", 2, Shape::arithmetic},
    {Opcode::remainder_unsigned, "remainder_unsigned", 2, Shape::arithmetic},
    {Opcode::bit_and, "bit_and", 2, Shape::arithmetic},
    {Opcode::bit_or, "bit_or", 2, Shape::arithmetic},
    {Opcode::bit_xor, "bit_xor", 2, Shape::arithmetic},
    {Opcode::shift_left, "shift_left", 2, Shape::arithmetic},
    {Opcode::shift_right_signed, "shift_right_signed", 2, Shape::arithmetic},
    {Opcode::shift_right_unsigned, "shift_right_unsigned", 2, Shape::arithmetic},
    {Opcode::rotate_right, "rotate_right", 2, Shape::arithmetic},
    {Opcode::equal, "equal", 2, Shape::comparison},
    {Opcode::not_equal, "not_equal", 2, Shape::comparison},
    {Opcode::less_signed, "less_signed", 2, Shape::comparison},
    {Opcode::less_unsigned, "less_unsigned", 2, Shape::comparison},
    {Opcode::greater_equal_signed, "greater_equal_signed", 2, Shape::comparison},
    {Opcode::greater_equal_unsigned, "greater_equal_unsigned", 2, Shape::comparison},
    {Opcode::leading_zeros, "leading_zeros", 1, Shape::bits},
    {Opcode::trailing_zeros, "trailing_zeros", 1, Shape::bits},
    {Opcode::population, "population", 1, Shape::bits},
    {Opcode::byte_swap, "byte_swap", 1, Shape::bits},
    {Opcode::truncate, "truncate", 1, Shape::truncate},
    {Opcode::extend_signed, "extend_signed", 1, Shape::extend},
    {Opcode::extend_unsigned, "extend_unsigned", 1, Shape::extend},
    {Opcode::reinterpret, "reinterpret", 1, Shape::reinterpret},
    {Opcode::select, "select", 3, Shape::select},
    {Opcode::float_add, "float_add", 3, Shape::float_arithmetic},
    {Opcode::float_subtract, "float_subtract", 3, Shape::float_arithmetic},
    {Opcode::float_multiply, "float_multiply", 3, Shape::float_arithmetic},
    {Opcode::float_divide, "float_divide", 3, Shape::float_arithmetic},
    {Opcode::float_square_root, "float_square_root", 2, Shape::float_arithmetic},
    {Opcode::float_fused_multiply_add, "float_fused_multiply_add", 4, Shape::float_arithmetic},
    {Opcode::float_minimum, "float_minimum", 3, Shape::float_arithmetic},
    {Opcode::float_maximum, "float_maximum", 3, Shape::float_arithmetic},
    {Opcode::float_equal, "float_equal", 3, Shape::float_comparison},
    {Opcode::float_less, "float_less", 3, Shape::float_comparison},
    {Opcode::float_less_equal, "float_less_equal", 3, Shape::float_comparison},
    {Opcode::float_to_signed, "float_to_signed", 2, Shape::float_to_integer},
    {Opcode::float_to_unsigned, "float_to_unsigned", 2, Shape::float_to_integer},
    {Opcode::float_from_signed, "float_from_signed", 2, Shape::float_from_integer},
    {Opcode::float_from_unsigned, "float_from_unsigned", 2, Shape::float_from_integer},
    {Opcode::float_convert, "float_convert", 2, Shape::float_convert},
    {Opcode::read_word, "read_word", 0, Shape::word_read, Immediate::word},
    {Opcode::write_word, "write_word", 1, Shape::word_write, Immediate::word, true},
    {Opcode::raise_flags, "raise_flags", 1, Shape::flags, Immediate::word, true},
    {Opcode::retired, "retired", 0, Shape::count},
    {Opcode::load, "load", 1, Shape::load, Immediate::check, false, true},
    {Opcode::store, "store", 2, Shape::store, Immediate::check, true, true},
    {Opcode::load_reserved, "load_reserved", 1, Shape::load, Immediate::none, true, true},
    {Opcode::store_conditional, "store_conditional", 2, Shape::store_conditional, Immediate::none, true, true},
    {Opcode::load_update, "load_update", 1, Shape::load, Immediate::none, false, true},
    {Opcode::store_update, "store_update", 2, Shape::store, Immediate::none, true},
    {Opcode::synchronize_code, "synchronize_code", 0, Shape::none, Immediate::none, true},
    {Opcode::trap_if, "trap_if", 1, Shape::trap_if, Immediate::stop, false, true},
    {Opcode::exit_if, "exit_if", 2, Shape::exit_if, Immediate::none, true},
    {Opcode::trap, "trap", 0, Shape::none, Immediate::stop, true, true, true},
    {Opcode::exit, "exit", 1, Shape::exit, Immediate::none, true, false, true},
    {Opcode::branch, "branch", 3, Shape::branch, Immediate::none, true, false, true},
});

constexpr bool traits_in_order() {
  for (std::size_t i = 0; i < all_traits.size(); ++i)
    if (std::size_t(all_traits[i].opcode) != i) return false;
  return all_traits.size() == std::size_t(Opcode::branch) + 1;
}
static_assert(traits_in_order());

constexpr const Traits& traits_of(Opcode opcode) { return all_traits[std::size_t(opcode)]; }

constexpr bool is_floating(Opcode opcode) { return opcode >= Opcode::float_add && opcode <= Opcode::float_convert; }

}  // namespace diptych::ir

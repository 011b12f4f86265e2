// The operations meanings are made of, by name: what an arithmetic has to provide.
#pragma once

#include "engine/machine/integers.hpp"

namespace diptych::meaning {

enum class Operation : u8 {
  add,
  subtract,
  multiply,
  divide,
  remainder,
  bit_and,
  bit_or,
  bit_xor,
  shift_left,
  shift_right,
  rotate_right,
  equal,
  not_equal,
  less,
  greater_equal,
  leading_zeros,
  trailing_zeros,
  population,
  byte_swap,
};

constexpr bool is_comparison(Operation operation) {
  return operation >= Operation::equal && operation <= Operation::greater_equal;
}

/// Floating-point operations: they take a rounding mode and raise flags.
enum class FloatOperation : u8 {
  add,
  subtract,
  multiply,
  divide,
  square_root,
  fused_multiply_add,
  minimum,
  maximum,
  equal,       ///< quiet
  less,        ///< signalling
  less_equal,  ///< signalling
  to_integer,
  from_integer,
  convert,
};

}  // namespace diptych::meaning

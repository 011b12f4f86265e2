// The types of IR values. Integers have a width and no sign: where the sign matters, the operation says it.
#pragma once

#include "engine/floating/formats.hpp"
#include "engine/machine/integers.hpp"

#include <array>
#include <concepts>
#include <optional>
#include <string_view>

namespace diptych::ir {

enum class Type : u8 { none, i1, i8, i16, i32, i64, f32, f64 };

constexpr std::array<std::string_view, 8> type_names = {"none", "i1", "i8", "i16", "i32", "i64", "f32", "f64"};

constexpr std::string_view name_of(Type type) { return type_names[std::size_t(type)]; }

constexpr unsigned bits_of(Type type) {
  constexpr std::array<u8, 8> bits = {0, 1, 8, 16, 32, 64, 32, 64};
  return bits[std::size_t(type)];
}

constexpr bool is_float(Type type) { return type == Type::f32 || type == Type::f64; }
/// Integers that memory and arithmetic know; a condition is none.
constexpr bool is_integer(Type type) { return type >= Type::i8 && type <= Type::i64; }

/// The low bits of a word that a value of this type has.
constexpr u64 mask_of(Type type) {
  constexpr std::array<u64, 8> masks = {0, 1, 0xff, 0xffff, 0xffffffff, ~u64{0}, 0xffffffff, ~u64{0}};
  return masks[std::size_t(type)];
}

/// The IR type of a value that a meaning computes with.
template <class T>
constexpr Type type_of() {
  if constexpr (std::same_as<T, bool>) return Type::i1;
  else if constexpr (std::same_as<T, diptych::f32>) return Type::f32;
  else if constexpr (std::same_as<T, diptych::f64>) return Type::f64;
  else if constexpr (sizeof(T) == 1) return Type::i8;
  else if constexpr (sizeof(T) == 2) return Type::i16;
  else if constexpr (sizeof(T) == 4) return Type::i32;
  else return Type::i64;
}

}  // namespace diptych::ir

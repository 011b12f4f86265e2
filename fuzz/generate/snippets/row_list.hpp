// Rows that have something in common, found once.
#pragma once

#include "fuzz/generate/compose.hpp"

#include <algorithm>
#include <initializer_list>
#include <vector>

namespace diptych::fuzz {

class RowList {
 public:
  template <class Predicate>
    requires std::predicate<Predicate, const Shape&>
  explicit RowList(Predicate belongs) {
    for (const Shape& shape : shapes())
      if (belongs(shape)) rows_.push_back(&shape);
  }
  RowList(std::initializer_list<std::string_view> mnemonics) {
    for (std::string_view mnemonic : mnemonics) rows_.push_back(&shape_named(mnemonic));
  }

  /// One that may occur, or null where none may.
  const Shape* pick(Composer& composer) const {
    const std::size_t first = composer.random().below(u32(rows_.size()));
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (const Shape* row = rows_[(first + i) % rows_.size()]; composer.source().permits(*row)) return row;
    return nullptr;
  }

 private:
  std::vector<const Shape*> rows_;
};

/// The word with another register as this operand, where the row has such an operand of x registers.
inline u32 with_register(const Shape& shape, u32 word, OperandKind kind, unsigned number) {
  const Operand* operand = shape.operand(kind);
  return operand && !operand->floating && !operand->compressed ? operand->with_number(word, number) : word;
}

/// And with another immediate.
inline u32 with_immediate(const Shape& shape, u32 word, u32 value) {
  const Operand* operand = shape.operand(OperandKind::immediate);
  return operand ? operand->field->insert(word, value) : word;
}

}  // namespace diptych::fuzz

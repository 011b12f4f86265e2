// The instruction table: every row's form and encoding, and finding the row of a word.
#pragma once

#include "engine/guest/encoding.hpp"
#include "engine/guest/riscv64/operands.hpp"
#include "engine/guest/riscv64/registers.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace diptych::riscv64 {

struct Row {
  std::string_view form;  ///< "addi rd, rs1, imm"
  std::string_view line;  ///< the encoding as written
  Extension extension = Extension::I;
  bool special = false;  ///< lies within another row and wins over it
  Encoding encoding;

  constexpr std::string_view mnemonic() const { return form.substr(0, form.find(' ')); }
};

std::span<const Row> rows();

/// By mnemonic; nullptr where there is none.
const Row* row_named(std::string_view mnemonic);

inline std::size_t index_of(const Row& row) { return static_cast<std::size_t>(&row - rows().data()); }

/// How many bytes an instruction has whose first two are these: 2 or 4.
constexpr u8 length_of(u16 first) { return (first & 3) == 3 ? 4 : 2; }

/// An instruction as decoded.
struct Decoded {
  const Row* row = nullptr;  ///< nullptr: illegal
  u32 word = 0;
  u8 length = 0;
  Operands operands;
};

/// `word` holds the instruction in its low bits; what lies above a compressed one is ignored.
Decoded decode(u32 word);

/// Assembly text, with ABI register names; branch targets as offsets. "unimp"-like words that match no
/// row read ".half 0x0000" or ".word 0x...".
std::string disassemble(u32 word);

}  // namespace diptych::riscv64

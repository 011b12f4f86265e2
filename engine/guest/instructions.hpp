// What the tables of all guests say, asked without knowing the guest.
#pragma once

#include "engine/machine/guest.hpp"
#include "engine/machine/program.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace diptych {

/// One row of a guest's instruction table.
struct RowInfo {
  std::string_view mnemonic;
  std::string_view form;
  std::string_view encoding;
  unsigned extension = 0;  ///< number of its bit in an ExtensionSet
};

std::size_t row_count(Guest guest);
RowInfo row_info(Guest guest, std::size_t row);

/// An instruction as it stands in memory.
struct InstructionInfo {
  std::optional<std::size_t> row;  ///< none: illegal
  std::string_view mnemonic;       ///< "illegal" without a row
  u32 word = 0;
  u8 length = 0;
  std::string text;                ///< disassembly
};

/// The instruction at the head of some bytes; nothing if they hold no whole one.
std::optional<InstructionInfo> instruction_at(Guest guest, std::span<const u8> bytes);

/// The extensions the rows of some code belong to, read from its start without following jumps.
ExtensionSet extensions_used(Guest guest, std::span<const u8> code);

/// Whether code, read so, holds anything that may send control backwards. Without it, a run ends after
/// as many instructions as there are.
bool may_repeat(const Program& program);

}  // namespace diptych

// What an ELF file for Linux says of itself by name: its sections, and where its symbols are.
#pragma once

#include "engine/machine/integers.hpp"

#include <elf.h>

#include <optional>
#include <span>
#include <string_view>

namespace diptych::bench {

/// Of a 64-bit little-endian file. Points into its bytes; what lies outside of them is as if it were not there.
class ElfSections {
 public:
  struct Section {
    u64 address = 0;
    std::span<const u8> bytes;
    u64 strings = 0;  ///< the section with the names in it, if there are any
  };

  /// Nothing if it is no such file.
  static std::optional<ElfSections> of(std::span<const u8> file);

  u16 machine() const { return header_.e_machine; }

  std::optional<Section> named(std::string_view name) const;

  /// The value of a symbol, for a function its address.
  std::optional<u64> symbol(std::string_view name) const;

 private:
  std::optional<Elf64_Shdr> header_of(u64 index) const;
  std::optional<Section> section(u64 index) const;

  std::span<const u8> file_;
  Elf64_Ehdr header_{};
};

}  // namespace diptych::bench

#include "tests/bench/elf_sections.hpp"

#include <cstring>

namespace diptych::bench {
namespace {

// A structure that lies there from that offset on; nothing where the bytes end before it does.
template <class T>
std::optional<T> at(std::span<const u8> bytes, u64 offset) {
  if (bytes.size() < sizeof(T) || offset > bytes.size() - sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

bool stands_at(std::span<const u8> strings, u64 offset, std::string_view name) {
  return offset < strings.size() && strings.size() - offset > name.size() &&
         std::memcmp(strings.data() + offset, name.data(), name.size()) == 0 && strings[offset + name.size()] == 0;
}

}  // namespace

std::optional<ElfSections> ElfSections::of(std::span<const u8> file) {
  const auto header = at<Elf64_Ehdr>(file, 0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_ident[EI_CLASS] != ELFCLASS64 ||
      header->e_ident[EI_DATA] != ELFDATA2LSB)
    return std::nullopt;
  ElfSections sections;
  sections.file_ = file;
  sections.header_ = *header;
  return sections;
}

std::optional<Elf64_Shdr> ElfSections::header_of(u64 index) const {
  if (index >= header_.e_shnum) return std::nullopt;
  return at<Elf64_Shdr>(file_, header_.e_shoff + index * sizeof(Elf64_Shdr));
}

std::optional<ElfSections::Section> ElfSections::section(u64 index) const {
  const auto header = header_of(index);
  if (!header || header->sh_type == SHT_NOBITS || header->sh_offset > file_.size() || header->sh_size > file_.size() - header->sh_offset)
    return std::nullopt;
  return Section{header->sh_addr, file_.subspan(header->sh_offset, header->sh_size), header->sh_link};
}

std::optional<ElfSections::Section> ElfSections::named(std::string_view name) const {
  const auto names = section(header_.e_shstrndx);
  if (!names) return std::nullopt;
  for (u64 i = 0; i < header_.e_shnum; ++i)
    if (const auto header = header_of(i); header && stands_at(names->bytes, header->sh_name, name)) return section(i);
  return std::nullopt;
}

std::optional<u64> ElfSections::symbol(std::string_view name) const {
  const auto symbols = named(".symtab");
  const auto names = symbols ? section(symbols->strings) : std::nullopt;
  if (!names) return std::nullopt;
  for (u64 offset = 0; offset < symbols->bytes.size(); offset += sizeof(Elf64_Sym))
    if (const auto symbol = at<Elf64_Sym>(symbols->bytes, offset); symbol && stands_at(names->bytes, symbol->st_name, name))
      return symbol->st_value;
  return std::nullopt;
}

}  // namespace diptych::bench

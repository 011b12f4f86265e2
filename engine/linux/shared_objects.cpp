#include "engine/linux/shared_objects.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace diptych::linux_guest {
namespace {

// Names are for a person to read: a damaged file's need not be shown in full.
constexpr std::size_t longest_name = 128;
constexpr std::size_t most_libraries = 64;

std::string name_at(std::span<const u8> file, u64 offset) {
  std::string text;
  for (; offset < file.size() && file[offset] != 0 && text.size() < longest_name; ++offset)
    text += file[offset] >= 0x20 && file[offset] < 0x7f ? static_cast<char>(file[offset]) : '?';
  return text.empty() ? "of an unreadable name" : text;
}

// Where a loaded address lies in the file.
std::optional<u64> offset_of(u64 address, std::span<const Elf64_Phdr> programs) {
  for (const Elf64_Phdr& program : programs)
    if (program.p_type == PT_LOAD && address >= program.p_vaddr && address - program.p_vaddr < program.p_filesz)
      return program.p_offset + (address - program.p_vaddr);
  return std::nullopt;
}

std::vector<Elf64_Dyn> dynamic_entries(std::span<const u8> file, const Elf64_Phdr& section) {
  std::vector<Elf64_Dyn> entries;
  if (section.p_offset > file.size()) return entries;
  const u64 size = std::min<u64>(section.p_filesz, file.size() - section.p_offset);
  for (u64 at = 0; size - at >= sizeof(Elf64_Dyn); at += sizeof(Elf64_Dyn)) {
    Elf64_Dyn entry;
    std::memcpy(&entry, file.data() + section.p_offset + at, sizeof entry);
    if (entry.d_tag == DT_NULL) break;
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace

std::string SharedObjects::refusal() const {
  std::string needs = loader.empty() ? "" : fmt::format("the loader {}", loader);
  if (!libraries.empty()) needs += fmt::format("{}{} {}", needs.empty() ? "" : " and ", libraries.size() == 1 ? "the shared library" : "the shared libraries", fmt::join(libraries, ", "));
  if (!needs.empty()) return fmt::format("it is dynamically linked; it needs {}, and {} not supported yet; link it with -static", needs, libraries.size() + !loader.empty() == 1 ? "that is" : "these are");
  return is_library ? "it is a shared library, not a program; link a program with -static" : "";
}

SharedObjects shared_objects(std::span<const u8> file, const Elf64_Ehdr& header, std::span<const Elf64_Phdr> programs) {
  SharedObjects needed;
  for (const Elf64_Phdr& program : programs) {
    if (program.p_type == PT_INTERP) needed.loader = name_at(file, program.p_offset);
    if (program.p_type != PT_DYNAMIC) continue;
    const std::vector<Elf64_Dyn> entries = dynamic_entries(file, program);
    auto value_of = [&](i64 tag) {
      const auto found = std::ranges::find(entries, tag, &Elf64_Dyn::d_tag);
      return found == entries.end() ? std::nullopt : std::optional<u64>(found->d_un.d_val);
    };
    const auto strings = offset_of(value_of(DT_STRTAB).value_or(0), programs);
    for (const Elf64_Dyn& entry : entries)
      if (entry.d_tag == DT_NEEDED && needed.libraries.size() < most_libraries)
        needed.libraries.push_back(name_at(file, strings ? *strings + std::min<u64>(entry.d_un.d_val, file.size()) : file.size()));
    // A static PIE is marked as a program, or at least begins somewhere.
    const bool marked = value_of(DT_FLAGS_1).value_or(0) & DF_1_PIE;
    needed.is_library = header.e_type == ET_DYN && !marked && (value_of(DT_SONAME) || header.e_entry == 0);
  }
  return needed;
}

}  // namespace diptych::linux_guest

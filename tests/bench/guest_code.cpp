#include "tests/bench/guest_code.hpp"

#include "engine/guest/riscv64/lift.hpp"

#include <fmt/format.h>

#include <cstring>
#include <elf.h>
#include <fstream>
#include <iterator>
#include <optional>

namespace diptych::bench {
namespace {

// A structure that lies in the file from that offset on; nothing where the file ends before it does.
template <class T>
std::optional<T> at(std::span<const u8> file, u64 offset) {
  if (file.size() < sizeof(T) || offset > file.size() - sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, file.data() + offset, sizeof(T));
  return value;
}

std::optional<GuestCode> text_section(std::span<const u8> file) {
  const auto header = at<Elf64_Ehdr>(file, 0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_ident[EI_CLASS] != ELFCLASS64 ||
      header->e_ident[EI_DATA] != ELFDATA2LSB || header->e_machine != EM_RISCV)
    return std::nullopt;
  auto section = [&](u64 index) { return at<Elf64_Shdr>(file, header->e_shoff + index * sizeof(Elf64_Shdr)); };
  const auto names = section(header->e_shstrndx);
  if (!names) return std::nullopt;
  for (u64 i = 0; i < header->e_shnum; ++i) {
    const auto here = section(i);
    if (!here) return std::nullopt;
    const auto name = at<std::array<char, 6>>(file, names->sh_offset + here->sh_name);
    if (!name || std::memcmp(name->data(), ".text", 6) != 0) continue;
    if (here->sh_offset > file.size() || here->sh_size > file.size() - here->sh_offset) return std::nullopt;
    const std::span<const u8> bytes = file.subspan(here->sh_offset, here->sh_size);
    return GuestCode{here->sh_addr, {bytes.begin(), bytes.end()}};
  }
  return std::nullopt;
}

}  // namespace

Result<GuestCode> read_code(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return fail(ErrorKind::bad_input, fmt::format("{} cannot be read", file.string()));
  const std::vector<u8> bytes((std::istreambuf_iterator<char>(stream)), {});
  std::optional<GuestCode> code = text_section(bytes);
  if (!code)
    return fail(ErrorKind::bad_input, fmt::format("{} is no RISC-V program with a section .text", file.string()));
  return std::move(*code);
}

std::vector<Stretch> sweep(const GuestCode& code) {
  std::vector<Stretch> stretches;
  ir::Block block;
  u64 offset = 0;
  while (true) {
    Stretch stretch{code.address + offset, code.bytes.data() + offset};
    riscv64::Lifter lifter(block, stretch.pc, 0);
    for (bool goes_on = true; goes_on && stretch.count < riscv64::Lifter::most_instructions;) {
      const std::size_t left = code.bytes.size() - offset;
      u16 first = 0;
      if (left >= 2) std::memcpy(&first, code.bytes.data() + offset, 2);
      if (left < 2 || left < riscv64::length_of(first)) {
        if (stretch.count != 0) stretches.push_back(stretch);
        return stretches;
      }
      u32 word = 0;
      std::memcpy(&word, code.bytes.data() + offset, riscv64::length_of(first));
      goes_on = lifter.add(riscv64::decode(word));
      ++stretch.count;
      offset += riscv64::length_of(first);
    }
    stretches.push_back(stretch);
  }
}

}  // namespace diptych::bench

#include "tests/bench/guest_code.hpp"

#include "engine/guest/riscv64/lift.hpp"
#include "tests/bench/elf_sections.hpp"

#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <iterator>

namespace diptych::bench {

Result<GuestCode> read_code(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return fail(ErrorKind::bad_input, fmt::format("{} cannot be read", file.string()));
  const std::vector<u8> bytes((std::istreambuf_iterator<char>(stream)), {});
  const auto sections = ElfSections::of(bytes);
  const auto text = sections && sections->machine() == EM_RISCV ? sections->named(".text") : std::nullopt;
  if (!text)
    return fail(ErrorKind::bad_input, fmt::format("{} is no RISC-V program with a section .text", file.string()));
  return GuestCode{text->address, {text->bytes.begin(), text->bytes.end()}};
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

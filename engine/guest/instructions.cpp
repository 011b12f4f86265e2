#include "engine/guest/instructions.hpp"

#include "engine/guest/riscv64/table.hpp"

#include <algorithm>
#include <vector>

namespace diptych {
namespace {

std::optional<u32> riscv64_word(std::span<const u8> bytes) {
  if (bytes.size() < 2) return std::nullopt;
  u32 word = u32{bytes[0]} | u32{bytes[1]} << 8;
  if (riscv64::length_of(u16(word)) == 2) return word;
  if (bytes.size() < 4) return std::nullopt;
  return word | u32{bytes[2]} << 16 | u32{bytes[3]} << 24;
}

}  // namespace

std::size_t row_count(Guest guest) { return guest == Guest::riscv64 ? riscv64::rows().size() : 0; }

RowInfo row_info(Guest, std::size_t row) {
  const riscv64::Row& r = riscv64::rows()[row];
  return {r.mnemonic(), r.form, r.line, unsigned(r.extension)};
}

std::optional<InstructionInfo> instruction_at(Guest guest, std::span<const u8> bytes) {
  if (guest != Guest::riscv64) return std::nullopt;
  const std::optional<u32> word = riscv64_word(bytes);
  if (!word) return std::nullopt;
  const riscv64::Decoded decoded = riscv64::decode(*word);
  InstructionInfo info{std::nullopt, "illegal", decoded.word, decoded.length, riscv64::disassemble(*word)};
  if (decoded.row) {
    info.row = riscv64::index_of(*decoded.row);
    info.mnemonic = decoded.row->mnemonic();
  }
  return info;
}

ExtensionSet extensions_used(Guest guest, std::span<const u8> code) {
  ExtensionSet used = 0;
  if (guest != Guest::riscv64) return used;
  while (auto word = riscv64_word(code)) {
    const riscv64::Decoded decoded = riscv64::decode(*word);
    if (decoded.row) used |= riscv64::bit(decoded.row->extension);
    code = code.subspan(decoded.length);
  }
  return used;
}

bool may_repeat(const Program& program) {
  if (program.guest != Guest::riscv64 || allows(program.code_access, Access::write)) return true;
  const std::span<const u8> code = program.code;
  std::vector<bool> begins(code.size() / 2 + 1);
  std::vector<u64> targets;  // of forward jumps, from the start of the code
  for (u64 at = 0; auto word = riscv64_word(code.subspan(at));) {
    const riscv64::Decoded decoded = riscv64::decode(*word);
    begins[at / 2] = true;
    if (decoded.row) {
      const std::string_view name = decoded.row->mnemonic();
      const bool branch = (name.starts_with("b") || name.starts_with("c.b")) && decoded.row->form.ends_with("imm");
      const bool direct = branch || name == "jal" || name == "c.j";
      const bool indirect = name == "jalr" || name == "c.jr" || name == "c.jalr";
      if (indirect || (direct && decoded.operands.imm <= 0)) return true;
      if (direct) targets.push_back(at + static_cast<u64>(decoded.operands.imm));
    }
    at += decoded.length;
  }
  // Inside an instruction another may hide, and so in memory that can be executed.
  const bool elsewhere = std::ranges::any_of(program.memory, [](const Region& r) { return allows(r.access, Access::execute); });
  return std::ranges::any_of(targets, [&](u64 target) {
    return target < code.size() ? !begins[target / 2] : target != code.size() && elsewhere;
  });
}

}  // namespace diptych

#include "listing/golden.hpp"

#include "listing/golden_blocks.hpp"
#include "listing/golden_words.hpp"
#include "listing/print.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace diptych::listing {
namespace {

constexpr u64 address = 0x10000;

// What is the same for every row is left out: the way in, the jump to what follows, and the ways out that
// differ in nothing but numbers.
bool pinned(const HostPart& part) {
  using Kind = HostPart::Kind;
  return part.kind == Kind::guest || part.kind == Kind::side || part.kind == Kind::canonical;
}

struct Emitted {
  std::string text;
  std::vector<std::string> mnemonics;  ///< what tells whether two encodings get other code
};

Emitted emitted(const Translated& block) {
  Emitted made;
  for (const HostPart& part : block.parts) {
    if (!pinned(part)) continue;
    std::string lines;
    for (const HostInstruction& one : part.code) {
      const bool goes_on = part.kind == HostPart::Kind::guest && one.mnemonic == "jmp" &&
                           std::ranges::any_of(block.parts, [&](const HostPart& to) {
                             return to.kind == HostPart::Kind::link && to.label == one.operands && to.target == block.end;
                           });
      if (goes_on) continue;
      lines += fmt::format("    {}\n", print(block, one));
      made.mnemonics.push_back(one.mnemonic);
    }
    if (!part.label.empty()) lines = fmt::format("  {}:\n{}", part.label, lines);
    made.text += lines;
  }
  return made;
}

Result<GoldenEntry> entry_of(Translator& translator, const riscv64::Row& row) {
  GoldenEntry entry{std::string(row.mnemonic()), {}};
  std::vector<std::vector<std::string>> seen;
  for (u32 word : golden_words(row)) {
    const std::array<u8, 4> bytes = {u8(word), u8(word >> 8), u8(word >> 16), u8(word >> 24)};
    auto block = translator.translate({std::span(bytes).first(row.encoding.length), address}, address, 0, {});
    if (!block) return std::unexpected(std::move(block).error());
    Emitted code = emitted(*block);
    if (std::ranges::find(seen, code.mnemonics) != seen.end()) continue;
    entry.text += fmt::format("{}\n{}", block->guest.front().text, code.text.empty() ? "    (nothing)\n" : code.text);
    seen.push_back(std::move(code.mnemonics));
  }
  return entry;
}

Result<GoldenFile> blocks_file(Translator& translator) {
  GoldenFile file{"blocks.txt",
                  "# Whole blocks as `baseline` emits them, each guest instruction with its host code, and what lies beside.\n"
                  "# Written by `make golden`, not by hand; docs/translation.md says how to read it.\n",
                  {}};
  for (const GoldenBlock& some : golden_blocks()) {
    std::vector<u8> bytes;
    for (u32 word : some.words)
      for (unsigned i = 0; i < ((word & 3) == 3 ? 4u : 2u); ++i) bytes.push_back(u8(word >> (8 * i)));
    auto block = translator.translate({bytes, address}, address, 0, {});
    if (!block) return std::unexpected(std::move(block).error());
    std::string text = fmt::format("{}\n", some.title);
    // Without distances: one instruction more would change every line behind it.
    for (const HostPart& part : block->parts) {
      const GuestInstruction& guest = block->guest[part.guest];
      if (part.kind == HostPart::Kind::entry) text += "  entry\n";
      else if (part.kind == HostPart::Kind::guest) text += fmt::format("  0x{:x} {}\n", guest.address, guest.text);
      else text += fmt::format("  {}:  {}\n", part.label, purpose(*block, part));
      for (const HostInstruction& one : part.code) {
        if (const std::string_view label = block->local(one.position); !label.empty()) text += fmt::format("   {}:\n", label);
        text += fmt::format("    {}\n", print(*block, one));
      }
    }
    file.entries.push_back({std::string(some.title), std::move(text)});
  }
  return file;
}

}  // namespace

std::string GoldenFile::text() const {
  std::string all = head;
  for (const GoldenEntry& entry : entries) all += "\n" + entry.text;
  return all;
}

Result<std::vector<GoldenFile>> golden_files() {
  auto translator = Translator::create();
  if (!translator) return std::unexpected(std::move(translator).error());
  std::vector<GoldenFile> files;
  for (std::string_view extension : riscv64::extension_names)
    files.push_back({fmt::format("{}.txt", extension),
                     fmt::format("# Host code of each row of {}, as `baseline` emits it for a block of this one instruction, without what\n"
                                 "# is the same for all. Written by `make golden`, not by hand; docs/translation.md says how to read it.\n",
                                 extension),
                     {}});
  for (const riscv64::Row& row : riscv64::rows()) {
    auto entry = entry_of(*translator, row);
    if (!entry) return std::unexpected(std::move(entry).error());
    files[std::size_t(row.extension)].entries.push_back(std::move(*entry));
  }
  auto blocks = blocks_file(*translator);
  if (!blocks) return std::unexpected(std::move(blocks).error());
  files.push_back(std::move(*blocks));
  return files;
}

}  // namespace diptych::listing

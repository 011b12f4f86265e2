#include "listing/print.hpp"

#include "engine/ir/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace diptych::listing {
namespace {

std::string indented(std::string_view text, std::string_view indent) {
  std::string made;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    made += fmt::format("{}{}\n", indent, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return made;
}

std::string instruction_of(const Translated& block, u32 guest) {
  return fmt::format("0x{:x} {}", block.guest[guest].address, block.guest[guest].text);
}

}  // namespace

std::string purpose(const Translated& block, const HostPart& part) {
  using Kind = HostPart::Kind;
  const auto of_instruction = [&](std::string_view what) { return fmt::format("{}: {}", instruction_of(block, part.guest), what); };
  switch (part.kind) {
    case Kind::budget: return "fewer instructions are left than the block has";
    case Kind::slow: return of_instruction("done in C++, where the host refuses or has no equal");
    case Kind::trap: return of_instruction("a stop");
    case Kind::side: return of_instruction("leaves the block before its end");
    case Kind::link: return of_instruction(fmt::format("to 0x{:x}, until it is linked", part.target));
    case Kind::lookup: return of_instruction("the jump cache does not know the target");
    case Kind::changed: return of_instruction("what follows is to be translated for another rounding mode");
    case Kind::canonical: return of_instruction("the result is a NaN, and becomes the canonical one");
    default: return "";
  }
}

std::string print(const Translated& block, const HostInstruction& one) {
  std::string text = one.mnemonic;
  if (!one.operands.empty()) text += " " + one.operands;
  const auto access = std::ranges::find(block.accesses, one.position, &HostAccess::position);
  if (access != block.accesses.end()) text += fmt::format("  ; else {}", access->label);
  return text;
}

std::string print_host(const Translated& block, std::string_view indent) {
  std::string text;
  bool beside = false;
  for (const HostPart& part : block.parts) {
    if (part.kind == HostPart::Kind::entry) {
      text += fmt::format("{}entry\n", indent);
    } else if (part.kind == HostPart::Kind::guest) {
      text += fmt::format("{}{}\n", indent, instruction_of(block, part.guest));
    } else {
      if (!beside) text += fmt::format("{}beside the way taken most of the time\n", indent);
      beside = true;
      text += fmt::format("{}{}:  {}\n", indent, part.label, purpose(block, part));
    }
    for (const HostInstruction& one : part.code) {
      if (const std::string_view label = block.local(one.position); !label.empty()) text += fmt::format("{}  {}:\n", indent, label);
      text += fmt::format("{}  {:4x}  {}\n", indent, one.position - block.position, print(block, one));
    }
  }
  return text;
}

std::string print(const Translated& block) {
  std::string text = fmt::format("block 0x{:x}, {} instructions, {} bytes of host code{}\n", block.address, block.guest.size(),
                                 block.size, block.uses_rounding ? fmt::format(", for rounding mode {} only", block.rounding) : "");
  text += "\n  guest code\n";
  for (const GuestInstruction& one : block.guest)
    text += fmt::format("    0x{:x}  {:<8}  {}\n", one.address, fmt::format("{:0{}x}", one.word, one.length * 2), one.text);
  text += "\n  IR as lifted\n" + indented(ir::print(block.lifted), "    ");
  for (const Pass& pass : block.passes) {
    text += fmt::format("\n  IR after {}{}\n", pass.name, pass.changed ? "" : ": unchanged");
    if (pass.changed) text += indented(ir::print(pass.block), "    ");
  }
  return text + "\n  host code\n" + print_host(block, "    ");
}

}  // namespace diptych::listing

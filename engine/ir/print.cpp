#include "engine/ir/text.hpp"

#include "engine/machine/stop.hpp"

#include <fmt/format.h>

#include <iterator>

namespace diptych::ir {

std::string print(const Block& block) {
  std::string text;
  const auto out = std::back_inserter(text);
  if (block.variant != 0) fmt::format_to(out, "variant {}\n", block.variant);
  for (std::size_t g = 0; g < block.guest.size(); ++g) {
    fmt::format_to(out, "{:#x} {}\n", block.guest[g].pc, block.guest[g].length);
    for (std::size_t n = block.guest[g].first; n < block.end_of(g); ++n) {
      const Instruction& i = block.instructions[n];
      const Traits& traits = traits_of(i.opcode);
      text += "  ";
      if (i.type != Type::none) fmt::format_to(out, "%{} = ", n);
      text += traits.name;
      if (i.type != Type::none) fmt::format_to(out, " {}", name_of(i.type));
      for (std::size_t k = 0; k < traits.operands; ++k) fmt::format_to(out, "{} %{}", k == 0 ? "" : ",", i.operands[k]);
      switch (traits.immediate) {
        case Immediate::none: break;
        case Immediate::number: fmt::format_to(out, " {:#x}", i.immediate); break;
        case Immediate::word: fmt::format_to(out, " {}", i.immediate); break;
        case Immediate::check: text += i.immediate ? " checked" : ""; break;
        case Immediate::stop: fmt::format_to(out, " {}", name_of(StopKind(i.immediate))); break;
      }
      text += '\n';
    }
  }
  return text;
}

}  // namespace diptych::ir

#include "engine/guest/riscv64/table.hpp"
#include "engine/guest/riscv64/vocabulary.hpp"

#include <fmt/format.h>

#include <array>

namespace diptych::riscv64 {
namespace {

constexpr std::array<std::string_view, 8> rounding_names = {"rne", "rtz", "rdn", "rup", "rmm", "5", "6", "dyn"};

std::string csr_name(u16 csr) {
  switch (csr) {
    case csr_fflags: return "fflags";
    case csr_frm: return "frm";
    case csr_fcsr: return "fcsr";
    case csr_cycle: return "cycle";
    case csr_time: return "time";
    case csr_instret: return "instret";
    default: return fmt::format("{:#x}", csr);
  }
}

std::string fence_set(u8 bits) {
  std::string text;
  for (unsigned i = 0; i < 4; ++i)
    if (bits & (8u >> i)) text += "iorw"[i];
  return text.empty() ? "0" : text;
}

// The text of one operand name of a form; the name itself where it is literal ("sp").
std::string operand_text(std::string_view name, const Operands& o) {
  if (name == "rd" || name == "rd'") return std::string(x_names[o.rd]);
  if (name == "rs1" || name == "rs1'") return std::string(x_names[o.rs1]);
  if (name == "rs2" || name == "rs2'") return std::string(x_names[o.rs2]);
  if (name == "frd" || name == "frd'") return std::string(f_names[o.rd]);
  if (name == "frs1") return std::string(f_names[o.rs1]);
  if (name == "frs2" || name == "frs2'") return std::string(f_names[o.rs2]);
  if (name == "frs3") return std::string(f_names[o.rs3]);
  if (name == "imm") return fmt::format("{}", o.imm);
  if (name == "imm>>12") return fmt::format("{:#x}", (o.imm >> 12) & 0xfffff);
  if (name == "uimm") return fmt::format("{}", o.uimm);
  if (name == "shamt") return fmt::format("{}", o.shamt);
  if (name == "zimm") return fmt::format("{}", o.zimm);
  if (name == "csr") return csr_name(o.csr);
  if (name == "rm") return std::string(rounding_names[o.rm]);
  if (name == "pred") return fence_set(o.pred);
  if (name == "succ") return fence_set(o.succ);
  return std::string(name);
}

bool ends_operand(char c) { return c == ',' || c == '(' || c == ')' || c == ' '; }

}  // namespace

std::string disassemble(u32 word) {
  const Decoded decoded = decode(word);
  if (!decoded.row)
    return decoded.length == 2 ? fmt::format(".half {:#06x}", decoded.word) : fmt::format(".word {:#010x}", decoded.word);
  const Operands& o = decoded.operands;
  const std::string_view form = decoded.row->form;
  std::string text(decoded.row->mnemonic());
  if (o.aq || o.rl) text += o.aq && o.rl ? ".aqrl" : o.aq ? ".aq" : ".rl";
  std::size_t at = decoded.row->mnemonic().size();
  while (at < form.size()) {
    if (ends_operand(form[at])) {
      text += form[at++];
      continue;
    }
    std::size_t end = at;
    while (end < form.size() && !ends_operand(form[end])) ++end;
    text += operand_text(form.substr(at, end - at), o);
    at = end;
  }
  return text;
}

}  // namespace diptych::riscv64

#include "tests/disassembly/differences.hpp"

#include "engine/guest/riscv64/vocabulary.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <iterator>

namespace diptych {
namespace {

bool is_row(const Reading& r, std::string_view mnemonic) {
  return r.decoded.row && r.decoded.row->mnemonic() == mnemonic;
}

template <class... Names>
bool is_one_of(const Reading& r, Names... mnemonics) {
  return (is_row(r, mnemonics) || ...);
}

u32 field(const Reading& r, std::string_view name) {
  const Field* found = r.decoded.row ? r.decoded.row->encoding.field(name) : nullptr;
  return found ? found->extract(r.decoded.word) : 0;
}

// Text before the first comma, and from the second comma on: all of a CSR instruction but the CSR.
std::string without_second_operand(const std::string& text) {
  const std::size_t first = text.find(','), second = text.find(',', first + 1);
  return first == std::string::npos || second == std::string::npos ? text : text.substr(0, first) + text.substr(second);
}

// What LLVM decodes without any extension that names it.
constexpr std::string_view privileged[] = {"mret", "sret", "uret", "dret", "mnret", "wfi", "sfence.vma"};

constexpr Difference table[] = {
    {"reserved rounding mode",
     "rm 5 and 6 belong to the instruction, which then traps as illegal; LLVM does not decode them",
     [](const Reading& r) { return r.theirs.empty() && (field(r, "rm") == 5 || field(r, "rm") == 6); }},
    {"rounding mode of an exact conversion",
     "these round nothing and have a mode all the same; LLVM leaves rne out, for old assemblers",
     [](const Reading& r) {
       return is_one_of(r, "fcvt.d.w", "fcvt.d.wu", "fcvt.d.s") && field(r, "rm") == 0 && r.ours == r.theirs + ", rne";
     }},
    {"name of a register this hart lacks",
     "LLVM names every CSR it has heard of; what does not exist at user level is a number here",
     [](const Reading& r) {
       return is_one_of(r, "csrrw", "csrrs", "csrrc", "csrrwi", "csrrsi", "csrrci") &&
              !riscv64::csr_exists(u16(field(r, "csr"))) &&
              without_second_operand(r.ours) == without_second_operand(r.theirs);
     }},
    {"reserved fields of fence",
     "the manual has them ignored, for finer fences to come; LLVM does not decode them",
     [](const Reading& r) {
       return r.theirs.empty() && is_row(r, "fence") && (field(r, "fm") | field(r, "rs1") | field(r, "rd")) != 0;
     }},
    {"reserved fields of fence.i",
     "the manual has them ignored; LLVM does not decode them",
     [](const Reading& r) {
       return r.theirs.empty() && is_row(r, "fence.i") && (field(r, "imm") | field(r, "rs1") | field(r, "rd")) != 0;
     }},
    {"pause",
     "a hint with a name of its own; to LLVM an alias, and aliases are off",
     [](const Reading& r) { return is_row(r, "pause") && r.theirs == "fence w, 0"; }},
    {"c.nop with an immediate",
     "a hint; the immediate means nothing and is not shown here",
     [](const Reading& r) {
       return is_row(r, "c.nop") && field(r, "imm") != 0 &&
              r.theirs == "c.nop " + std::to_string(r.decoded.operands.imm);
     }},
    {"compressed shift by zero",
     "a hint, written as the shift it is; LLVM uses the name these code points have in RV128",
     [](const Reading& r) {
       if (!is_one_of(r, "c.slli", "c.srli", "c.srai") || field(r, "shamt") != 0) return false;
       const std::size_t blank = r.ours.find(' '), comma = r.ours.find(',');
       return r.theirs == r.ours.substr(0, blank) + "64" + r.ours.substr(blank, comma - blank);
     }},
    {"c.lui of zero",
     "reserved, for any register; LLVM decodes it",
     [](const Reading& r) { return r.ours.empty() && r.theirs.starts_with("c.lui ") && r.theirs.ends_with(", 0"); }},
    {"c.lui to x0",
     "a hint; LLVM writes its immediate with a sign, and that of any other c.lui as the 20 bits of lui",
     [](const Reading& r) {
       return is_row(r, "c.lui") && r.decoded.operands.rd == 0 && r.decoded.operands.imm < 0 &&
              r.theirs == "c.lui zero, " + std::to_string(r.decoded.operands.imm >> 12);
     }},
    {"all zeros",
     "defined to be illegal; LLVM has a name for it",
     [](const Reading& r) { return r.ours.empty() && r.decoded.word == 0 && r.theirs == "c.unimp"; }},
    {"privileged instruction",
     "illegal at user level, and no row of this table",
     [](const Reading& r) {
       if (!r.ours.empty()) return false;
       const std::string_view mnemonic = std::string_view(r.theirs).substr(0, r.theirs.find(' '));
       return std::ranges::find(privileged, mnemonic) != std::end(privileged);
     }},
};

}  // namespace

std::span<const Difference> differences() { return table; }

std::string normal(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    u64 value = 0;
    // A number begins an operand: after a blank or a parenthesis, or after the minus sign.
    const bool begins = out.empty() || out.back() == ' ' || out.back() == '(' || out.back() == '-';
    if (begins && text.starts_with("0x")) {
      const char* last = text.data() + text.size();
      const auto [end, error] = std::from_chars(text.data() + 2, last, value, 16);
      if (error == std::errc{} && (end == last || !std::isalnum(static_cast<unsigned char>(*end)))) {
        out += std::to_string(value);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        continue;
      }
    }
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace diptych

// A small assembler made from the rows: the way back from a row's form to a word, for tests.
#pragma once

#include "engine/guest/riscv64/registers.hpp"
#include "engine/guest/riscv64/table.hpp"
#include "engine/guest/riscv64/vocabulary.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::riscv64 {

namespace assemble_detail {

[[noreturn]] inline void refuse(std::string_view text, std::string_view why) {
  throw std::invalid_argument("\"" + std::string(text) + "\": " + std::string(why));
}

// The operands of a form or a line: what stands between blanks, commas and parentheses.
inline std::vector<std::string_view> operands_of(std::string_view text) {
  std::vector<std::string_view> operands;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" ,()");
    if (begin == text.npos) return operands;
    const std::size_t end = std::min(text.find_first_of(" ,()", begin), text.size());
    operands.push_back(text.substr(begin, end - begin));
    text.remove_prefix(end);
  }
}

inline i64 number(std::string_view text) {
  std::string_view digits = text;
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  const int base = digits.starts_with("0x") ? 16 : 10;
  if (base == 16) digits.remove_prefix(2);
  u64 value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc{} || end != digits.data() + digits.size()) refuse(text, "a number is expected");
  return static_cast<i64>(negative ? u64{0} - value : value);
}

inline u32 index_among(std::span<const std::string_view> names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) refuse(name, "no such register");
  return u32(found - names.begin());
}

inline u32 csr_number(std::string_view name) {
  if (name == "fflags") return csr_fflags;
  if (name == "frm") return csr_frm;
  if (name == "fcsr") return csr_fcsr;
  if (name == "cycle") return csr_cycle;
  if (name == "time") return csr_time;
  if (name == "instret") return csr_instret;
  return u32(number(name));
}

inline u32 rounding_number(std::string_view name) {
  constexpr std::string_view names[] = {"rne", "rtz", "rdn", "rup", "rmm", "5", "6", "dyn"};
  return index_among(names, name);
}

inline u32 fence_bits(std::string_view set) {
  u32 bits = 0;
  for (char c : set)
    if (const std::size_t at = std::string_view("iorw").find(c); at != std::string_view::npos) bits |= 8u >> at;
  return bits;
}

// A field's value for an operand as written, and the field's name, which the form may decorate.
inline std::pair<std::string_view, u32> field_value(std::string_view form, std::string_view operand) {
  const bool floating = form.starts_with("fr");
  std::string_view name = floating ? form.substr(1) : form;
  if (name == "imm>>12") return {"imm", u32(number(operand)) << 12};
  if (name == "csr") return {name, csr_number(operand)};
  if (name == "rm") return {name, rounding_number(operand)};
  if (name == "pred" || name == "succ") return {name, fence_bits(operand)};
  if (name.starts_with("r")) {
    const u32 index = index_among(floating ? f_names : x_names, operand);
    return {name, name.ends_with('\'') ? index - 8 : index};
  }
  return {name, u32(number(operand))};
}

}  // namespace assemble_detail

/// The word of one line in the form disassemble() gives: "lw a0, -4(sp)", "amoadd.w.aq a0, a1, (a2)".
/// A rounding mode left out is dyn. Throws std::invalid_argument where it is no instruction, or an
/// operand does not fit.
inline u32 assemble(std::string_view text) {
  using namespace assemble_detail;
  std::string_view mnemonic = text.substr(0, text.find(' '));
  const Row* row = row_named(mnemonic);
  u32 aq = 0, rl = 0;
  if (!row) {
    const std::string_view suffix = mnemonic.substr(std::min(mnemonic.rfind('.'), mnemonic.size()));
    if (suffix == ".aq" || suffix == ".rl" || suffix == ".aqrl") row = row_named(mnemonic.substr(0, mnemonic.rfind('.')));
    aq = suffix == ".aq" || suffix == ".aqrl";
    rl = suffix == ".rl" || suffix == ".aqrl";
    if (!row) refuse(text, "no such instruction");
  }
  const Encoding& encoding = row->encoding;
  std::vector<std::string_view> formal = operands_of(row->form.substr(row->mnemonic().size()));
  std::vector<std::string_view> actual = operands_of(text.substr(mnemonic.size()));
  u32 word = encoding.match;
  if (!formal.empty() && formal.back() == "rm" && actual.size() + 1 == formal.size()) actual.push_back("dyn");
  if (formal.size() != actual.size()) refuse(text, "a wrong number of operands");
  const auto set = [&](std::string_view name, u32 value) {
    const Field* field = encoding.field(name);
    if (!field) refuse(text, "the encoding lacks a field of the form");
    word = field->insert(word, value);
    Operands wanted, held;
    set_operand(held, *field, field->extract(word));
    if (name == "imm") {
      wanted.imm = static_cast<i32>(value);
      // Twenty upper bits may be given unsigned.
      if (held.imm != wanted.imm) refuse(text, "the immediate does not fit");
    } else if (field->extract(word) != value) {
      refuse(text, "an operand does not fit");
    }
    if (!field->permits(field->extract(word))) refuse(text, "an operand has a value set apart");
  };
  for (std::size_t i = 0; i < formal.size(); ++i) {
    if (formal[i] == "sp") {
      if (actual[i] != "sp") refuse(text, "sp is expected");
      continue;
    }
    const auto [name, value] = field_value(formal[i], actual[i]);
    set(name, value);
  }
  if (aq | rl) {
    set("aq", aq);
    set("rl", rl);
  }
  if (!encoding.matches(word)) refuse(text, "the operands belong to another instruction");
  return word;
}

}  // namespace diptych::riscv64

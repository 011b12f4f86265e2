#include "listing/golden_words.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace diptych::listing {
namespace {

using riscv64::OperandName;

// a0, a1, a2 and a3: compressed instructions can name them too.
struct Choice {
  u32 rd = 10, rs1 = 11, rs2 = 12, rs3 = 13;
  u32 rounding = 7;  // the one in force
  u32 csr = 1;       // fflags
  bool zero = false; // numbers
};

u32 number_for(const Field& field) {
  u32 highest = 0, lowest = 32;
  for (u8 i = 0; i < field.piece_count; ++i) {
    lowest = std::min<u32>(lowest, field.pieces[i].value_low);
    highest = std::max<u32>(highest, field.pieces[i].value_low + field.pieces[i].width);
  }
  // Small, and with a bit that the field has: 16 in those of byte offsets, a page or more in upper halves.
  if (lowest >= 12) return 0x5000;
  return highest > 5 ? 16 : 5;
}

u32 value_for(const Field& field, const Choice& choice) {
  switch (riscv64::operand_named(field.name)) {
    case OperandName::rd: return choice.rd;
    case OperandName::rs1: return choice.rs1;
    case OperandName::rs2: return choice.rs2;
    case OperandName::rs3: return choice.rs3;
    case OperandName::narrow_rd: return choice.rd & 7;
    case OperandName::narrow_rs1: return choice.rs1 & 7;
    case OperandName::narrow_rs2: return choice.rs2 & 7;
    case OperandName::rm: return choice.rounding;
    case OperandName::csr: return choice.csr;
    case OperandName::shamt: return choice.zero ? 0 : 3;
    case OperandName::pred:
    case OperandName::succ: return 3;
    case OperandName::aq:
    case OperandName::rl:
    case OperandName::fm: return 0;
    default: return choice.zero ? 0 : number_for(field);
  }
}

constexpr auto choices = std::to_array<Choice>({
    {},
    {.rd = 11},
    {.rd = 12},
    {.rs2 = 11},
    {.rs1 = 0},
    {.rs2 = 0},
    {.rd = 0},
    {.zero = true},
    {.rounding = 1},
    {.rounding = 4},
    {.csr = 2},
    {.csr = 3},
    {.csr = 0xc00},
    {.rs1 = 0, .csr = 0xc00},
});

}  // namespace

std::vector<u32> golden_words(const riscv64::Row& row) {
  std::vector<u32> words;
  const Encoding& encoding = row.encoding;
  for (const Choice& choice : choices) {
    u32 word = encoding.match;
    for (u8 i = 0; i < encoding.field_count; ++i) word = encoding.fields[i].insert(word, value_for(encoding.fields[i], choice));
    if (riscv64::decode(word).row == &row && std::ranges::find(words, word) == words.end()) words.push_back(word);
  }
  return words;
}

}  // namespace diptych::listing

#include "engine/guest/riscv64/table.hpp"

#include "engine/guest/riscv64/rows/all.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

namespace diptych::riscv64 {
namespace {

struct RowOf {
  Extension extension;

  template <class Meaning>
  constexpr Row operator()(std::string_view form, std::string_view line, Meaning) const {
    return {form, line, extension, false, parse_encoding(line, field_width)};
  }
  template <class Meaning>
  constexpr Row special(std::string_view form, std::string_view line, Meaning) const {
    return {form, line, extension, true, parse_encoding(line, field_width)};
  }
};

constexpr auto table = make_table([](Extension extension) { return RowOf{extension}; });

// Two rows may meet only where one is special and lies wholly within the other.
constexpr bool all_rows_apart() {
  for (std::size_t i = 0; i < table.size(); ++i)
    for (std::size_t j = i + 1; j < table.size(); ++j) {
      const Row &a = table[i], &b = table[j];
      if (!overlap(a.encoding, b.encoding)) continue;
      if (a.special && !b.special && within(a.encoding, b.encoding)) continue;
      if (b.special && !a.special && within(b.encoding, a.encoding)) continue;
      return false;
    }
  return true;
}
static_assert(all_rows_apart(), "two rows claim the same word, and neither is special");

// What decoding needs of a row, small and apart from all that is for people.
//
// A loop over fields ends where the row's do, and is mispredicted as often as rows change: so each operand
// that is common is cut out of every word, by masks that are empty where the row has none.
class alignas(64) Candidate {
 public:
  // Stands behind all others: the word is illegal.
  Candidate() = default;

  explicit Candidate(const Row& of) : row(&of), mask_(of.encoding.mask), match_(of.encoding.match) {
    std::size_t excluded = 0;
    for (u8 i = 0; i < of.encoding.field_count; ++i) {
      const Field& field = of.encoding.fields[i];
      for (u8 k = 0; k < field.excluded_count; ++k)
        exclusions_.at(excluded++) = {field.mask(), field.insert(0, field.excluded[k])};
      add(field);
    }
  }

  const Row* row = nullptr;

  bool accepts(u32 word) const {
    return (word & mask_) == match_ && !exclusions_[0].excludes(word) && !exclusions_[1].excludes(word);
  }
  /// Whether it may accept a word of which these bits are known.
  bool may_accept(u32 word, u32 known) const { return ((word ^ match_) & known & mask_) == 0; }

  void operands_of(u32 word, Operands& operands) const {
    const u32 registers = registers_.of(word) + first_registers_;
    operands.rd = u8(registers);
    operands.rs1 = u8(registers >> 8);
    operands.rs2 = u8(registers >> 16);
    operands.rs3 = u8(registers >> 24);
    const u32 number = number_.of(word);
    operands.imm = (static_cast<i64>(u64{number} << above_) >> above_) & imm_;
    operands.uimm = number & uimm_;
    operands.shamt = u8(number) & shamt_;
    operands.rm = u8(word >> 12) & rm_;
    if (more_) [[unlikely]] operands = extract_operands(row->encoding, word);
  }

 private:
  // Some field must not have some value.
  struct Exclusion {
    u32 mask = 0, match = 1;

    bool excludes(u32 word) const { return (word & mask) == match; }
  };
  // Pieces of the word, turned to where they stand in a value.
  template <std::size_t count>
  struct Pieces {
    std::array<u32, count> masks{};
    std::array<u8, count> turns{};

    u32 of(u32 word) const {
      u32 value = 0;
      for (std::size_t i = 0; i < count; ++i) value |= std::rotl(word, turns[i]) & masks[i];
      return value;
    }
    void set(std::size_t i, const Piece& piece, u32 value_low) {
      masks[i] = ((u32{1} << piece.width) - 1) << value_low;
      turns[i] = u8((value_low - piece.word_low) % 32);
    }
  };

  void add(const Field& field) {
    switch (operand_named(field.name)) {
      case OperandName::rd:
      case OperandName::narrow_rd: return add_register(field, 0);
      case OperandName::rs1:
      case OperandName::narrow_rs1: return add_register(field, 1);
      case OperandName::rs2:
      case OperandName::narrow_rs2: return add_register(field, 2);
      case OperandName::rs3: return add_register(field, 3);
      case OperandName::imm: return add_number(field, imm_);
      case OperandName::uimm: return add_number(field, uimm_);
      case OperandName::shamt: return add_number(field, shamt_);
      case OperandName::rm:
        rm_ = 7;
        more_ |= field.pieces[0].word_low != 12;
        return;
      default: more_ = true;
    }
  }
  void add_register(const Field& field, u32 byte) {
    registers_.set(byte, field.pieces[0], byte * 8);
    // Three bits name the registers from x8 on.
    if (field.width == 3) first_registers_ += u32{8} << (byte * 8);
    more_ |= field.piece_count != 1;
  }
  template <class Mask>
  void add_number(const Field& field, Mask& is) {
    more_ |= (imm_ | i64(uimm_) | shamt_) != 0;
    is = Mask(~Mask{0});
    above_ = u8(64 - field.width);
    for (u8 i = 0; i < field.piece_count; ++i) number_.set(i, field.pieces[i], field.pieces[i].value_low);
  }

  u32 mask_ = 0, match_ = 0;
  std::array<Exclusion, 2> exclusions_{};
  Pieces<4> registers_;         // rd, rs1, rs2 and rs3, each in its byte
  u32 first_registers_ = 0;     // what is added to them
  Pieces<8> number_;            // a word has one at most
  u32 uimm_ = 0;                // all ones where that is what the number is; so the next two
  i64 imm_ = 0;
  u8 shamt_ = 0;
  u8 rm_ = 0;
  u8 above_ = 0;       // how far the number's highest bit is from the highest there is
  bool more_ = false;  // there are other fields
};

// The rows that may match, by the bits that tell most of them apart: for 32-bit words the major opcode,
// funct3 and, where these leave a choice, funct7; for 16-bit ones the quadrant, funct3, and in the first
// quadrant what tells its operations apart.
class Index {
 public:
  Index() {
    candidates_.emplace_back();
    // Specials first, so that the first match wins.
    for (bool special : {true, false})
      for (const Row& row : table)
        if (row.special == special) candidates_.emplace_back(row);
    const std::vector<u16> all_wide = all_of_length(4), all_narrow = all_of_length(2);
    for (u32 key = 0; key < wide_.size(); ++key) {
      const u32 word = (key & 31) << 2 | (key >> 5) << 12 | 3;
      const std::vector<u16> those = among(all_wide, word, 0x707f);
      const u32 funct7s = those.size() > 1 ? 127 : 0;
      wide_[key] = {u32(choices_.size()), funct7s};
      for (u32 funct7 = 0; funct7 <= funct7s; ++funct7)
        choices_.push_back(choice_of(among(those, word | funct7 << 25, 0x707f | funct7s << 25)));
    }
    for (u32 key = 0; key < narrow_.size(); ++key)
      narrow_[key] = choice_of(among(all_narrow, (key & 3) | (key >> 2 & 3) << 5 | (key >> 4) << 10, 0xfc63));
  }

  const Candidate& find(u32 word, u8 length) const {
    Choice choice;
    if (length == 4) {
      const Wide& wide = wide_[(word >> 2 & 31) | (word >> 12 & 7) << 5];
      choice = choices_[wide.first + (word >> 25 & wide.funct7s)];
    } else {
      choice = narrow_[(word & 3) | (word >> 5 & 3) << 2 | (word >> 10 & 63) << 4];
    }
    if (candidates_[choice.first].accepts(word)) [[likely]] return candidates_[choice.first];
    const u16* at = &others_[choice.rest];
    while (!candidates_[*at].accepts(word)) ++at;
    return candidates_[*at];
  }

 private:
  struct Choice {
    u16 first = 0;
    u16 rest = 0;  // of the others, where they begin; the last is the one that accepts all
  };
  struct Wide {
    u32 first = 0;
    u32 funct7s = 0;
  };

  std::vector<u16> all_of_length(u8 length) const {
    std::vector<u16> all;
    for (u16 i = 1; i < candidates_.size(); ++i)
      if (candidates_[i].row->encoding.length == length) all.push_back(i);
    return all;
  }
  // Those that may accept a word of which these bits are known.
  std::vector<u16> among(std::span<const u16> all, u32 word, u32 known) const {
    std::vector<u16> those;
    for (u16 i : all)
      if (candidates_[i].may_accept(word, known)) those.push_back(i);
    return those;
  }
  Choice choice_of(std::vector<u16> those) {
    if (those.empty()) return {};
    Choice choice{.first = those.front()};
    if (those.size() == 1) return choice;
    those.erase(those.begin());
    those.push_back(0);
    const auto same = std::ranges::search(others_, those);
    choice.rest = u16(same.begin() - others_.begin());  // some hundreds
    if (same.empty()) others_.insert(others_.end(), those.begin(), those.end());
    return choice;
  }

  std::vector<Candidate> candidates_;  // the first accepts every word
  std::vector<u16> others_ = {0};
  std::vector<Choice> choices_;
  std::array<Wide, 256> wide_{};
  std::array<Choice, 1024> narrow_{};
};

const Index& index() {
  static const Index built;
  return built;
}

}  // namespace

std::span<const Row> rows() { return table; }

const Row* row_named(std::string_view mnemonic) {
  auto found = std::ranges::find(table, mnemonic, &Row::mnemonic);
  return found == table.end() ? nullptr : &*found;
}

Decoded decode(u32 word) {
  Decoded decoded;
  decoded.length = length_of(u16(word));
  decoded.word = decoded.length == 2 ? word & 0xffff : word;
  const Candidate& found = index().find(decoded.word, decoded.length);
  decoded.row = found.row;
  if (found.row) found.operands_of(decoded.word, decoded.operands);
  return decoded;
}

}  // namespace diptych::riscv64

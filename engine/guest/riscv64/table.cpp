#include "engine/guest/riscv64/table.hpp"

#include "engine/guest/riscv64/rows/all.hpp"

#include <algorithm>
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
struct Candidate {
  u32 mask, match;
  u16 row;
  bool conditional;  // some field must not have some value
  u8 field_count;
  std::array<OperandName, 8> names;

  explicit Candidate(u16 index) : row(index) {
    const Encoding& encoding = table[index].encoding;
    mask = encoding.mask;
    match = encoding.match;
    field_count = encoding.field_count;
    conditional = false;
    for (u8 i = 0; i < field_count; ++i) {
      names[i] = operand_named(encoding.fields[i].name);
      conditional |= encoding.fields[i].excluded_count != 0;
    }
  }
};

// The rows that may match, by the bits that tell most of them apart: for 32-bit words the major opcode
// and funct3, for 16-bit ones the quadrant and funct3.
struct Index {
  std::vector<Candidate> wide[256];
  std::vector<Candidate> narrow[32];

  static u32 wide_key(u32 word) { return ((word >> 2) & 31) | ((word >> 12) & 7) << 5; }
  static u32 narrow_key(u32 word) { return (word & 3) | ((word >> 13) & 7) << 2; }

  Index() {
    // Specials first, so that the first match wins.
    for (bool special : {true, false})
      for (std::size_t i = 0; i < table.size(); ++i) {
        const Row& row = table[i];
        if (row.special != special) continue;
        const bool is_wide = row.encoding.length == 4;
        const u32 free = ~row.encoding.mask;
        for (u32 key = 0; key < (is_wide ? 256u : 32u); ++key) {
          const u32 word = is_wide ? ((key & 31) << 2 | (key >> 5) << 12 | 3) : ((key & 3) | (key >> 2) << 13);
          const u32 keyed = is_wide ? 0x707f : 0xe003;
          if (((word ^ row.encoding.match) & keyed & ~free) == 0)
            (is_wide ? wide[key] : narrow[key]).emplace_back(u16(i));
        }
      }
  }
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
  const Index& by_key = index();
  const auto& candidates = decoded.length == 4 ? by_key.wide[Index::wide_key(decoded.word)]
                                               : by_key.narrow[Index::narrow_key(decoded.word)];
  for (const Candidate& candidate : candidates) {
    if ((decoded.word & candidate.mask) != candidate.match) continue;
    const Row& row = table[candidate.row];
    if (candidate.conditional && !row.encoding.matches(decoded.word)) continue;
    decoded.row = &row;
    for (u8 i = 0; i < candidate.field_count; ++i) {
      const Field& field = row.encoding.fields[i];
      set_operand(decoded.operands, candidate.names[i], field.width, field.extract(decoded.word));
    }
    break;
  }
  return decoded;
}

}  // namespace diptych::riscv64

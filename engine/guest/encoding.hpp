// Reads an encoding as the manual prints it, at compile time.
//
//   "0000000 rs2 rs1 000 rd 0110011"
//   "imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011"
//   "010 uimm[5:3] rs1' uimm[2|6] rd' 00"
//
// From the most significant bit down: literal bits, or a field. A field's brackets say which bits of
// its value stand there; without brackets it stands there whole, as wide as its name is known to be.
// Conditions follow the name: "rd!=0", "rd!={0,2}"; a name that begins with "nz" must not be zero.
#pragma once

#include "engine/machine/integers.hpp"

#include <array>
#include <string_view>

namespace diptych {

/// Bits of the instruction word that hold bits of a field's value.
struct Piece {
  u8 word_low = 0;
  u8 value_low = 0;
  u8 width = 0;
};

struct Field {
  std::string_view name;  ///< without "nz" and conditions: "rd", "rs1'", "imm"
  std::array<Piece, 8> pieces{};
  u8 piece_count = 0;
  u8 width = 0;                        ///< highest value bit it can set, plus one
  std::array<u32, 2> excluded{};  ///< values it must not have
  u8 excluded_count = 0;

  constexpr u32 extract(u32 word) const {
    u32 value = 0;
    for (u8 i = 0; i < piece_count; ++i) {
      const Piece& piece = pieces[i];
      value |= ((word >> piece.word_low) & ((u32{1} << piece.width) - 1)) << piece.value_low;
    }
    return value;
  }

  constexpr u32 insert(u32 word, u32 value) const {
    for (u8 i = 0; i < piece_count; ++i) {
      const Piece& piece = pieces[i];
      const u32 mask = (u32{1} << piece.width) - 1;
      word = (word & ~(mask << piece.word_low)) | (((value >> piece.value_low) & mask) << piece.word_low);
    }
    return word;
  }

  /// Where in the word this field lies.
  constexpr u32 mask() const { return insert(0, ~u32{0}); }

  constexpr bool permits(u32 value) const {
    for (u8 i = 0; i < excluded_count; ++i)
      if (excluded[i] == value) return false;
    return true;
  }
};

struct Encoding {
  u32 mask = 0;   ///< the literal bits
  u32 match = 0;  ///< and what they are
  u8 length = 0;  ///< in bytes
  std::array<Field, 8> fields{};
  u8 field_count = 0;

  constexpr const Field* field(std::string_view name) const {
    for (u8 i = 0; i < field_count; ++i)
      if (fields[i].name == name) return &fields[i];
    return nullptr;
  }

  constexpr bool matches(u32 word) const {
    if ((word & mask) != match) return false;
    for (u8 i = 0; i < field_count; ++i)
      if (fields[i].excluded_count != 0 && !fields[i].permits(fields[i].extract(word))) return false;
    return true;
  }
};

namespace encoding_detail {

// Reached only by a malformed line; not being constexpr, it makes the compiler name the row.
inline void malformed(const char*) {}

struct Reader {
  std::string_view text;
  std::size_t at = 0;

  constexpr bool done() const { return at >= text.size(); }
  constexpr char peek() const { return done() ? '\0' : text[at]; }
  constexpr bool accept(char c) {
    if (peek() != c) return false;
    ++at;
    return true;
  }
  constexpr u32 number() {
    if (peek() < '0' || peek() > '9') malformed("a number is expected");
    u32 value = 0;
    while (peek() >= '0' && peek() <= '9') value = value * 10 + u32(text[at++] - '0');
    return value;
  }
};

constexpr bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '\'' || c == '_';
}

}  // namespace encoding_detail

/// `width_of(name)` gives the width of a field that stands without brackets.
template <class WidthOf>
constexpr Encoding parse_encoding(std::string_view text, WidthOf width_of) {
  using namespace encoding_detail;
  Encoding encoding;
  Reader reader{text};

  // Positions are counted from the top first, and turned round once the length is known.
  u32 from_top = 0;
  std::array<u8, 32> literal{};  // per position from the top: 0 free, 1 a zero, 2 a one

  auto add_piece = [&](Field& field, u32 high, u32 low) {
    if (high < low) malformed("a range runs upwards");
    const u32 width = high - low + 1;
    from_top += width;
    if (from_top > 32) malformed("the encoding is longer than 32 bits");
    field.pieces[field.piece_count++] = {u8(from_top), u8(low), u8(width)};
    if (high + 1 > field.width) field.width = u8(high + 1);
  };

  while (!reader.done()) {
    if (reader.accept(' ')) continue;
    if (reader.peek() == '0' || reader.peek() == '1') {
      while (reader.peek() == '0' || reader.peek() == '1') {
        if (from_top >= 32) malformed("the encoding is longer than 32 bits");
        literal[from_top++] = reader.text[reader.at++] == '1' ? 2 : 1;
      }
      continue;
    }
    const std::size_t start = reader.at;
    while (is_name(reader.peek())) ++reader.at;
    std::string_view name = text.substr(start, reader.at - start);
    if (name.empty()) malformed("a name or literal bits are expected");
    const bool nonzero = name.starts_with("nz");
    if (nonzero) name.remove_prefix(2);

    Field* field = nullptr;
    for (u8 i = 0; i < encoding.field_count; ++i)
      if (encoding.fields[i].name == name) field = &encoding.fields[i];
    if (!field) {
      field = &encoding.fields[encoding.field_count++];
      field->name = name;
      if (nonzero) field->excluded[field->excluded_count++] = 0;
    }
    if (reader.accept('[')) {
      do {
        const u32 high = reader.number();
        const u32 low = reader.accept(':') ? reader.number() : high;
        add_piece(*field, high, low);
      } while (reader.accept('|'));
      if (!reader.accept(']')) malformed("a bracket is not closed");
    } else {
      const u32 width = width_of(name);
      if (width == 0) malformed("a field of unknown width");
      add_piece(*field, width - 1, 0);
    }
    if (reader.accept('!')) {
      if (!reader.accept('=')) malformed("!= is expected");
      if (reader.accept('{')) {
        do field->excluded[field->excluded_count++] = reader.number();
        while (reader.accept(','));
        if (!reader.accept('}')) malformed("a brace is not closed");
      } else {
        field->excluded[field->excluded_count++] = reader.number();
      }
    }
  }

  if (from_top != 16 && from_top != 32) malformed("an encoding has 16 or 32 bits");
  encoding.length = u8(from_top / 8);
  for (u32 i = 0; i < from_top; ++i) {
    const u32 bit = u32{1} << (from_top - 1 - i);
    if (literal[i] != 0) encoding.mask |= bit;
    if (literal[i] == 2) encoding.match |= bit;
  }
  for (u8 i = 0; i < encoding.field_count; ++i)
    for (u8 j = 0; j < encoding.fields[i].piece_count; ++j) {
      Piece& piece = encoding.fields[i].pieces[j];
      piece.word_low = u8(from_top - piece.word_low);
    }
  return encoding;
}

/// Whether some word is an instance of both. Conditions count where the other side's literal bits
/// decide them; where neither side decides, the answer is the careful one: yes.
constexpr bool overlap(const Encoding& a, const Encoding& b) {
  if (a.length != b.length) return false;  // the guest's length rule tells them apart
  if ((a.mask & b.mask & (a.match ^ b.match)) != 0) return false;
  auto excluded_by = [](const Encoding& conditional, const Encoding& other) {
    for (u8 i = 0; i < conditional.field_count; ++i) {
      const Field& field = conditional.fields[i];
      if (field.excluded_count != 0 && (field.mask() & ~other.mask) == 0 && !field.permits(field.extract(other.match)))
        return true;
    }
    return false;
  };
  return !excluded_by(a, b) && !excluded_by(b, a);
}

/// Whether every instance of `inner` is one of `outer`, by literal bits alone.
constexpr bool within(const Encoding& inner, const Encoding& outer) {
  return inner.length == outer.length && (outer.mask & ~inner.mask) == 0 && ((inner.match ^ outer.match) & outer.mask) == 0;
}

}  // namespace diptych

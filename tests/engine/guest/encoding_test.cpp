// Encodings as the manual prints them: read, taken apart and put together, compared.
#include "engine/guest/encoding.hpp"

#include "tests/catch.hpp"

#include <random>

using namespace diptych;

namespace {

constexpr u32 width_of(std::string_view name) {
  if (name == "rd" || name == "rs1" || name == "rs2") return 5;
  if (name == "rd'") return 3;
  return 0;
}

constexpr Encoding parse(std::string_view line) { return parse_encoding(line, width_of); }

// Literal bits.
static_assert(parse("0000000 rs2 rs1 000 rd 0110011").mask == 0xfe00707f);
static_assert(parse("0100000 rs2 rs1 101 rd 0110011").match == 0x40005033);
static_assert(parse("0000000 rs2 rs1 000 rd 0110011").length == 4);
static_assert(parse("100 1 00000 00000 10").mask == 0xffff);
static_assert(parse("100 1 00000 00000 10").match == 0x9002);
static_assert(parse("100 1 00000 00000 10").length == 2);
static_assert(parse("100 1 00000 00000 10").field_count == 0);
static_assert(parse("11111111111111111111111111111111").match == 0xffffffff);

// Whole fields.
static_assert(parse("0000000 rs2 rs1 000 rd 0110011").field_count == 3);
static_assert(parse("0000000 rs2 rs1 000 rd 0110011").field("rs2")->mask() == 0x01f00000);
static_assert(parse("0000000 rs2 rs1 000 rd 0110011").field("rd")->extract(0x00000f80) == 31);
static_assert(parse("0000000 rs2 rs1 000 rd 0110011").field("rs3") == nullptr);
static_assert(parse("0 uimm[12:0] 00").field("uimm")->width == 13);

// A branch's immediate: bit 31 is bit 12, bit 7 is bit 11.
constexpr Encoding branch = parse("imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011");
static_assert(branch.field("imm")->mask() == 0xfe000f80);
static_assert(branch.field("imm")->width == 13);
static_assert(branch.field("imm")->extract(0x80000000) == 1 << 12);
static_assert(branch.field("imm")->extract(0x00000080) == 1 << 11);
static_assert(branch.field("imm")->extract(0x40000000) == 1 << 10);
static_assert(branch.field("imm")->extract(0x02000000) == 1 << 5);
static_assert(branch.field("imm")->extract(0x00000100) == 1 << 1);
static_assert(branch.field("imm")->extract(0x00000f00) == 0x1e);
static_assert(branch.field("imm")->insert(0xffffffff, 0) == ~u32{0xfe000f80});
static_assert(branch.field("imm")->insert(0, 1) == 0, "bit 0 has no place");

// A jump's: 20, then 10:1, 11, 19:12.
constexpr Encoding jump = parse("imm[20|10:1|11|19:12] rd 1101111");
static_assert(jump.field("imm")->extract(0x80000000) == 1 << 20);
static_assert(jump.field("imm")->extract(0x00200000) == 1 << 1);
static_assert(jump.field("imm")->extract(0x00100000) == 1 << 11);
static_assert(jump.field("imm")->extract(0x00001000) == 1 << 12);
static_assert(jump.field("imm")->extract(0x00080000) == 1 << 19);
static_assert(jump.field("imm")->width == 21);

// A compressed jump's, every bit somewhere else.
constexpr Encoding short_jump = parse("101 imm[11|4|9:8|10|6|7|3:1|5] 01");
static_assert(short_jump.field("imm")->extract(1 << 12) == 1 << 11);
static_assert(short_jump.field("imm")->extract(1 << 11) == 1 << 4);
static_assert(short_jump.field("imm")->extract(1 << 10) == 1 << 9);
static_assert(short_jump.field("imm")->extract(1 << 9) == 1 << 8);
static_assert(short_jump.field("imm")->extract(1 << 8) == 1 << 10);
static_assert(short_jump.field("imm")->extract(1 << 7) == 1 << 6);
static_assert(short_jump.field("imm")->extract(1 << 6) == 1 << 7);
static_assert(short_jump.field("imm")->extract(1 << 5) == 1 << 3);
static_assert(short_jump.field("imm")->extract(1 << 3) == 1 << 1);
static_assert(short_jump.field("imm")->extract(1 << 2) == 1 << 5);

// A field in two places is one field.
constexpr Encoding split = parse("000 imm[5] rd!=0 imm[4:0] 01");
static_assert(split.field_count == 2);
static_assert(split.field("imm")->piece_count == 2);
static_assert(split.field("imm")->mask() == 0x107c);

// Conditions.
static_assert(!split.matches(0x0001) && split.matches(0x0081));
static_assert(!split.field("rd")->permits(0) && split.field("rd")->permits(1));
constexpr Encoding two_apart = parse("011 nzimm[17] rd!={0,2} nzimm[16:12] 01");
static_assert(two_apart.field("imm") != nullptr && two_apart.field("nzimm") == nullptr, "nz is a condition");
static_assert(!two_apart.matches(0x6005), "rd 0");
static_assert(!two_apart.matches(0x6105), "rd 2");
static_assert(!two_apart.matches(0x6081), "imm 0");
static_assert(two_apart.matches(0x6085));
static_assert(two_apart.matches(0x7081), "the upper bit alone");

// Which rows may meet.
constexpr Encoding any_rd = parse("0000000 rs2 rs1 000 rd 0110011");
static_assert(overlap(any_rd, any_rd));
static_assert(!overlap(any_rd, parse("0100000 rs2 rs1 000 rd 0110011")), "a literal bit differs");
static_assert(!overlap(parse("000 imm[5] rd!=0 imm[4:0] 01"), parse("000 imm[5] 00000 imm[4:0] 01")), "the condition keeps off");
static_assert(overlap(parse("000 imm[5] rd!=0 imm[4:0] 01"), parse("000 imm[5] 00010 imm[4:0] 01")));
static_assert(overlap(parse("000 imm[5] rd!=0 imm[4:0] 01"), parse("000 imm[5] rd imm[4:0] 01")), "undecided is yes");
static_assert(!overlap(parse("100 1 00000 00000 10"), parse("0000000 rs2 rs1 000 rd 0110011")), "lengths differ");
static_assert(!overlap(parse("011 imm[9] 00010 imm[4|6|8:7|5] 01"), two_apart), "rd 2 is set apart");

static_assert(within(parse("0000000 00001 rs1 000 rd 0110011"), any_rd));
static_assert(within(any_rd, any_rd));
static_assert(!within(any_rd, parse("0000000 00001 rs1 000 rd 0110011")));
static_assert(!within(parse("0100000 00001 rs1 000 rd 0110011"), any_rd));
static_assert(!within(parse("100 1 00000 00000 10"), any_rd));

}  // namespace

TEST_CASE("a field's insert touches its own bits only, and extract gives the value back") {
  std::mt19937 random(7);
  for (const Encoding& encoding : {branch, jump, short_jump, split, any_rd})
    for (u8 i = 0; i < encoding.field_count; ++i) {
      const Field& field = encoding.fields[i];
      const u32 possible = field.extract(~u32{0});
      for (int n = 0; n < 1000; ++n) {
        const u32 word = u32(random()), value = u32(random());
        const u32 changed = field.insert(word, value);
        REQUIRE((changed & ~field.mask()) == (word & ~field.mask()));
        REQUIRE(field.extract(changed) == (value & possible));
      }
    }
}

TEST_CASE("fields and literal bits together fill the word, once") {
  for (const Encoding& encoding : {branch, jump, short_jump, split, any_rd, two_apart}) {
    u32 all = encoding.mask;
    for (u8 i = 0; i < encoding.field_count; ++i) {
      CHECK((all & encoding.fields[i].mask()) == 0);
      all |= encoding.fields[i].mask();
    }
    CHECK(all == (encoding.length == 4 ? 0xffffffff : 0xffff));
  }
}

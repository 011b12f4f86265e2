// The table as a whole: that it holds the manual's instructions, all of them and no others, and that
// words and rows find each other.
#include "engine/guest/riscv64/table.hpp"

#include "tests/catch.hpp"

#include <map>
#include <random>
#include <set>
#include <sstream>

using namespace diptych;
using namespace diptych::riscv64;

namespace {

// The instruction listings of the unprivileged manual, for RV64.
const std::map<Extension, std::string_view> manual = {
    {Extension::I,
     "lui auipc jal jalr beq bne blt bge bltu bgeu lb lh lw lbu lhu sb sh sw addi slti sltiu xori ori andi slli srli "
     "srai add sub sll slt sltu xor srl sra or and fence fence.tso pause ecall ebreak "
     "lwu ld sd addiw slliw srliw sraiw addw subw sllw srlw sraw"},
    {Extension::M, "mul mulh mulhsu mulhu div divu rem remu mulw divw divuw remw remuw"},
    {Extension::A,
     "lr.w sc.w amoswap.w amoadd.w amoxor.w amoand.w amoor.w amomin.w amomax.w amominu.w amomaxu.w "
     "lr.d sc.d amoswap.d amoadd.d amoxor.d amoand.d amoor.d amomin.d amomax.d amominu.d amomaxu.d"},
    {Extension::F,
     "flw fsw fmadd.s fmsub.s fnmsub.s fnmadd.s fadd.s fsub.s fmul.s fdiv.s fsqrt.s fsgnj.s fsgnjn.s fsgnjx.s fmin.s "
     "fmax.s fcvt.w.s fcvt.wu.s fmv.x.w feq.s flt.s fle.s fclass.s fcvt.s.w fcvt.s.wu fmv.w.x "
     "fcvt.l.s fcvt.lu.s fcvt.s.l fcvt.s.lu"},
    {Extension::D,
     "fld fsd fmadd.d fmsub.d fnmsub.d fnmadd.d fadd.d fsub.d fmul.d fdiv.d fsqrt.d fsgnj.d fsgnjn.d fsgnjx.d fmin.d "
     "fmax.d fcvt.s.d fcvt.d.s feq.d flt.d fle.d fclass.d fcvt.w.d fcvt.wu.d fcvt.d.w fcvt.d.wu "
     "fcvt.l.d fcvt.lu.d fmv.x.d fcvt.d.l fcvt.d.lu fmv.d.x"},
    {Extension::C,
     "c.addi4spn c.fld c.lw c.ld c.fsd c.sw c.sd c.nop c.addi c.addiw c.li c.addi16sp c.lui c.srli c.srai c.andi c.sub "
     "c.xor c.or c.and c.subw c.addw c.j c.beqz c.bnez c.slli c.fldsp c.lwsp c.ldsp c.jr c.mv c.ebreak c.jalr c.add "
     "c.fsdsp c.swsp c.sdsp"},
    {Extension::Zicsr, "csrrw csrrs csrrc csrrwi csrrsi csrrci"},
    {Extension::Zifencei, "fence.i"},
    {Extension::Zba, "add.uw sh1add sh1add.uw sh2add sh2add.uw sh3add sh3add.uw slli.uw"},
    {Extension::Zbb,
     "andn orn xnor clz clzw ctz ctzw cpop cpopw max maxu min minu sext.b sext.h zext.h rol rolw ror rori roriw rorw "
     "orc.b rev8"},
    {Extension::Zbs, "bclr bclri bext bexti binv binvi bset bseti"},
};

// A word of the row with random fields, each as the row permits it.
u32 instance(const Row& row, std::mt19937& random) {
  u32 word = row.encoding.match;
  for (u8 i = 0; i < row.encoding.field_count; ++i) {
    const Field& field = row.encoding.fields[i];
    u32 value = 0;
    do value = field.extract(u32(random()));
    while (!field.permits(value));
    word = field.insert(word, value);
  }
  return word;
}

}  // namespace

TEST_CASE("the table lists every instruction of the manual, and no other") {
  REQUIRE(manual.size() == extension_names.size());
  for (const auto& [extension, names] : manual) {
    INFO(extension_names[unsigned(extension)]);
    std::set<std::string> wanted, held;
    std::istringstream stream{std::string(names)};
    for (std::string name; stream >> name;) CHECK(wanted.insert(name).second);
    for (const Row& row : rows())
      if (row.extension == extension) {
        INFO(row.form << " stands in the table twice");
        CHECK(held.insert(std::string(row.mnemonic())).second);
      }
    CHECK(held == wanted);
  }
}

TEST_CASE("a mnemonic names one row") {
  for (const Row& row : rows()) CHECK(row_named(row.mnemonic()) == &row);
  CHECK(row_named("addx") == nullptr);
  CHECK(row_named("") == nullptr);
  CHECK(row_named("add rd") == nullptr);
  for (std::size_t i = 0; i < rows().size(); ++i) CHECK(index_of(rows()[i]) == i);
}

TEST_CASE("literal bits and fields of every row fill its word, once") {
  for (const Row& row : rows()) {
    INFO(row.form << " | " << row.line);
    u32 all = row.encoding.mask;
    CHECK((row.encoding.match & ~row.encoding.mask) == 0);
    for (u8 i = 0; i < row.encoding.field_count; ++i) {
      CHECK((all & row.encoding.fields[i].mask()) == 0);
      all |= row.encoding.fields[i].mask();
    }
    CHECK(all == (row.encoding.length == 4 ? 0xffffffff : 0xffff));
    CHECK(length_of(u16(row.encoding.match)) == row.encoding.length);
    CHECK((row.extension == Extension::C) == (row.encoding.length == 2));
  }
}

TEST_CASE("every instance of a row decodes to it, or to a special row within it, with its fields") {
  std::mt19937 random(11);
  for (const Row& row : rows())
    for (int n = 0; n < 500; ++n) {
      const u32 word = instance(row, random);
      INFO(row.form << " as " << std::hex << word);
      const Decoded decoded = decode(word);
      REQUIRE(decoded.row);
      REQUIRE(decoded.length == row.encoding.length);
      REQUIRE(decoded.word == word);
      if (decoded.row != &row) {
        REQUIRE(decoded.row->special);
        REQUIRE(within(decoded.row->encoding, row.encoding));
        continue;
      }
      for (u8 i = 0; i < row.encoding.field_count; ++i) {
        const Field& field = row.encoding.fields[i];
        const u32 value = field.extract(word);
        REQUIRE(field.extract(field.insert(word, value ^ 1)) == ((value ^ 1) & field.extract(~u32{0})));
        REQUIRE(field.insert(word, value) == word);
      }
    }
}

TEST_CASE("any word decodes to what looking at every row finds, with the operands of its fields") {
  std::mt19937 random(12);
  const auto found_by_looking = [](u32 word) {
    const Row* found = nullptr;
    for (const Row& row : rows())
      if (row.encoding.length == length_of(u16(word)) && row.encoding.matches(word) && (!found || row.special)) found = &row;
    return found;
  };
  const auto check = [&](u32 word) {
    INFO(std::hex << word);
    const Decoded decoded = decode(word);
    REQUIRE(decoded.row == found_by_looking(word));
    REQUIRE(decoded.operands == (decoded.row ? extract_operands(decoded.row->encoding, word) : Operands{}));
  };
  for (u32 half = 0; half < 0x10000; ++half)
    if (length_of(u16(half)) == 2) check(half);
  for (int n = 0; n < 50000; ++n) check(u32(random()) | 3);
  // Words near a row's: one bit apart.
  for (const Row& row : rows())
    for (int n = 0; row.encoding.length == 4 && n < 200; ++n) check((instance(row, random) ^ 1u << random() % 32) | 3);
}

TEST_CASE("a special row wins over the one around it") {
  CHECK(decode(0x8330000f).row == row_named("fence.tso"));
  CHECK(decode(0x0100000f).row == row_named("pause"));
  CHECK(decode(0x0330000f).row == row_named("fence"));
  CHECK(decode(0x8310000f).row == row_named("fence"));
}

TEST_CASE("what lies above a compressed instruction does not matter") {
  std::mt19937 random(13);
  for (u32 half = 0; half < 0x10000; ++half) {
    if ((half & 3) == 3) continue;
    const Decoded alone = decode(half), among = decode(half | u32(random()) << 16);
    REQUIRE(alone.row == among.row);
    REQUIRE(among.word == half);
    REQUIRE(among.length == 2);
  }
}

TEST_CASE("reserved words match no row") {
  CHECK(!decode(0).row);                    // all zeros
  CHECK(!decode(0xffffffff).row);           // all ones
  CHECK(!decode(0x6101).row);               // c.addi16sp by zero
  CHECK(!decode(0x6081).row);               // c.lui of zero
  CHECK(!decode(0x0004).row);               // c.addi4spn by zero
  CHECK(!decode(0x2001).row);               // c.addiw to x0
  CHECK(!decode(0x4002).row);               // c.lwsp to x0
  CHECK(!decode(0x6002).row);               // c.ldsp to x0
  CHECK(!decode(0x8002).row);               // c.jr through x0
  CHECK(!decode(0x8000).row);               // quadrant 0, function 4
  CHECK(!decode(0x9c41).row);               // quadrant 1, c.subw's third sibling
  CHECK(!decode(0x0200101b).row);           // slliw by 32 and more
  CHECK(!decode(0x30200073).row);           // mret
  CHECK(!decode(0x10500073).row);           // wfi
  CHECK(!decode(0x00000073 | 1 << 7).row);  // ecall with a destination
  CHECK(decode(0x1005a52f).row);            // lr.w
  CHECK(!decode(0x1015a52f).row);           // lr.w with a second source
}

TEST_CASE("every extension has its rows") {
  std::set<Extension> seen;
  for (const Row& row : rows()) seen.insert(row.extension);
  CHECK(seen.size() == extension_names.size());
}

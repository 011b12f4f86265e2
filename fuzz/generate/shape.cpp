#include "fuzz/generate/shape.hpp"

#include <vector>

namespace diptych::fuzz {
namespace {

using riscv64::Extension;
using riscv64::Row;

// "fcvt.s.d" has the format of its result behind the first point and that of its source behind the
// last; "flw" and "c.fsdsp" have one letter.
bool is_single(std::string_view mnemonic, bool result) {
  if (mnemonic.starts_with("c.")) mnemonic.remove_prefix(2);
  const std::size_t first = mnemonic.find('.');
  if (first == std::string_view::npos) return mnemonic[2] == 'w';
  const char letter = result ? mnemonic[first + 1] : mnemonic.back();
  return letter == 's' || letter == 'w';
}

u8 access_of(std::string_view mnemonic) {
  if (mnemonic.starts_with("c.")) mnemonic.remove_prefix(2);
  const std::size_t point = mnemonic.rfind('.');
  if (point == std::string_view::npos && mnemonic[0] == 'f') mnemonic.remove_prefix(1);
  switch (point == std::string_view::npos ? mnemonic[1] : mnemonic[point + 1]) {
    case 'b':
      return 1;
    case 'h':
      return 2;
    case 'w':
      return 4;
    default:
      return 8;
  }
}

u8 lowest_bit(const Field& field) {
  u8 lowest = 31;
  for (u8 i = 0; i < field.piece_count; ++i) lowest = std::min(lowest, field.pieces[i].value_low);
  return lowest;
}

OperandKind kind_of(std::string_view name) {
  if (name.starts_with("rd")) return OperandKind::rd;
  if (name.starts_with("rs1")) return OperandKind::rs1;
  if (name.starts_with("rs2")) return OperandKind::rs2;
  if (name.starts_with("rs3")) return OperandKind::rs3;
  if (name == "rm") return OperandKind::rm;
  if (name == "shamt") return OperandKind::shamt;
  if (name == "zimm") return OperandKind::zimm;
  if (name == "aq" || name == "rl") return OperandKind::ordering;
  if (name == "fm" || name == "pred" || name == "succ") return OperandKind::fence;
  if (name == "csr") return OperandKind::csr;
  return OperandKind::immediate;
}

Flow flow_of(const Row& row) {
  const std::string_view mnemonic = row.mnemonic();
  if (mnemonic == "ecall" || mnemonic.ends_with("ebreak")) return Flow::trap;
  if (mnemonic == "jalr" || mnemonic == "c.jr" || mnemonic == "c.jalr") return Flow::indirect;
  // Only the way to a target leaves out bit 0 and no other.
  const Field* imm = row.encoding.field("imm");
  if (!imm || lowest_bit(*imm) != 1) return Flow::next;
  return row.form.find("rs1") == std::string_view::npos ? Flow::jump : Flow::branch;
}

Memory memory_of(const Row& row) {
  const std::string_view mnemonic = row.mnemonic();
  if (mnemonic.starts_with("amo")) return Memory::update;
  if (mnemonic.starts_with("lr.")) return Memory::reserve;
  if (mnemonic.starts_with("sc.")) return Memory::conditional;
  if (row.form.find('(') == std::string_view::npos || mnemonic == "jalr") return Memory::none;
  return row.form.find("rd") == std::string_view::npos ? Memory::store : Memory::load;
}

// The first operand of the form is what is written, if it is a result at all.
bool written_first(const Row& row, std::string_view name, Flow flow) {
  const std::string_view form = row.form;
  const std::size_t blank = form.find(' ');
  if (blank == std::string_view::npos || flow == Flow::branch || flow == Flow::indirect) return name == "rd";
  std::string_view first = form.substr(blank + 1, form.find(',') - blank - 1);
  if (first.starts_with("f") && first != "fm") first.remove_prefix(1);
  return first == name && (name.starts_with("rd") || name == "rs1'");
}

Shape make_shape(const Row& row, u16 index) {
  Shape shape;
  shape.row = &row;
  shape.index = index;
  shape.length = row.encoding.length;
  shape.flow = flow_of(row);
  shape.memory = memory_of(row);
  if (shape.memory != Memory::none) shape.access = access_of(row.mnemonic());
  shape.bit_manipulation =
      row.extension == Extension::Zba || row.extension == Extension::Zbb || row.extension == Extension::Zbs;
  shape.at_stack = row.form.find("(sp)") != std::string_view::npos;
  if (row.mnemonic() == "c.addi16sp") shape.writes_always = 2;
  if (row.mnemonic() == "c.jalr") shape.writes_always = 1;
  for (u8 i = 0; i < row.encoding.field_count; ++i) {
    const Field& field = row.encoding.fields[i];
    Operand& operand = shape.operands[shape.operand_count++];
    operand.field = &field;
    operand.kind = kind_of(field.name);
    operand.compressed = field.name.ends_with('\'');
    if (operand.is_register()) {
      const std::string in_form = "f" + std::string(field.name);
      operand.floating = row.form.find(in_form) != std::string_view::npos;
      operand.destination = written_first(row, field.name, shape.flow);
      operand.base = row.form.find("(" + std::string(field.name)) != std::string_view::npos ||
                     (shape.flow == Flow::indirect && field.name == "rs1");
      if (operand.floating) operand.single = is_single(row.mnemonic(), operand.destination);
    } else if (field.name == "imm") {
      operand.sign_width = field.width;
      if (shape.flow == Flow::branch || shape.flow == Flow::jump) shape.offset = &field;
    }
  }
  return shape;
}

struct Tables {
  std::vector<Shape> shapes;
  std::vector<u16> wide[256];
  std::vector<u16> narrow[32];

  static u32 wide_key(u32 word) { return ((word >> 2) & 31) | ((word >> 12) & 7) << 5; }
  static u32 narrow_key(u32 word) { return (word & 3) | ((word >> 13) & 7) << 2; }

  Tables() {
    for (const Row& row : riscv64::rows()) shapes.push_back(make_shape(row, u16(shapes.size())));
    for (bool special : {true, false})  // they win where they match
      for (const Shape& shape : shapes)
        if (shape.row->special == special) enter(shape);
  }

  void enter(const Shape& shape) {
    const Encoding& encoding = shape.row->encoding;
    const bool is_wide = encoding.length == 4;
    for (u32 key = 0; key < (is_wide ? 256u : 32u); ++key) {
      const u32 word = is_wide ? ((key & 31) << 2 | (key >> 5) << 12 | 3) : ((key & 3) | (key >> 2) << 13);
      if (((word ^ encoding.match) & encoding.mask & (is_wide ? 0x707fu : 0xe003u)) == 0)
        (is_wide ? wide[key] : narrow[key]).push_back(shape.index);
    }
  }
};

const Tables& tables() {
  static const Tables made;
  return made;
}

}  // namespace

const Operand* Shape::operand(OperandKind kind) const {
  for (const Operand& some : all())
    if (some.kind == kind) return &some;
  return nullptr;
}

std::span<const Shape> shapes() { return tables().shapes; }

const Shape& shape_named(std::string_view mnemonic) {
  return shapes()[riscv64::index_of(*riscv64::row_named(mnemonic))];
}

u16 row_of(u32 word) {
  const Tables& all = tables();
  const bool is_wide = (word & 3) == 3;
  if (!is_wide) word &= 0xffff;
  for (u16 i : is_wide ? all.wide[Tables::wide_key(word)] : all.narrow[Tables::narrow_key(word)])
    if (all.shapes[i].row->encoding.matches(word)) return i;
  return no_row;
}

unsigned written_by(u16 row, u32 word) {
  if (row == no_row) return 0;
  const Shape& shape = shapes()[row];
  for (const Operand& operand : shape.all())
    if (operand.destination && !operand.floating) return operand.number_in(word);
  return shape.writes_always;
}

}  // namespace diptych::fuzz

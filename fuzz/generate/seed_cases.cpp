#include "fuzz/generate/seed_cases.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "engine/tier/interpreter_machine.hpp"
#include "fuzz/generate/finish.hpp"
#include "fuzz/generate/generate.hpp"
#include "fuzz/generate/named_rows.hpp"
#include "fuzz/generate/values.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cstring>

namespace diptych::fuzz {
namespace {

using namespace riscv64;

constexpr unsigned pointer = 10, target = 15, stack = 2;  // a0, a5, sp

Palette few_registers() {
  Palette palette;
  palette.pointers = palette.writable = u32{1} << pointer | u32{1} << stack;
  palette.reserved = u32{1} << target;
  palette.x = {11, 12, 13, 14, 11, 12};
  palette.narrow = {11, 12, 13};
  palette.singles = {10, 12, 14, 16};
  palette.doubles = {9, 11, 13, 15};
  return palette;
}

// The row, and what it needs beside it: something to skip, an LR before an SC.
void compose(Code& code, const Shape& shape, const Palette& palette, Random& random) {
  const NamedRows& rows = named_rows();
  code.clear();
  u32 word = sample_word(shape, palette, random);
  if (shape.memory == Memory::conditional) {
    const Shape& reserve = shape.access == 8 ? *rows.lr_d : *rows.lr_w;
    code.append(item_of(reserve, with(reserve, {.rd = 14, .rs1 = pointer})));
    word = shape.operand(OperandKind::rs1)->with_number(word, pointer);
  }
  if (shape.flow == Flow::indirect) word = shape.operand(OperandKind::rs1)->with_number(word, target);
  code.append(item_of(shape, word));
  if (shape.flow == Flow::next || shape.flow == Flow::trap) return;
  code.append(item_of(*rows.c_addi, with(*rows.c_addi, {.rd = 13, .imm = 1})));
  if (shape.flow != Flow::indirect) code[0].target = 2;
}

// The bytes the row reaches, and a few beside them.
void set_memory(Case& some, const Shape& shape, u32 word, Random& random) {
  const Operands operands = extract_operands(shape.row->encoding, word);
  const u64 base = some.input.state.words[x_word + (shape.at_stack ? stack : operands.rs1)];
  const u64 address = base + u64(operands.imm) + operands.uimm;
  some.program.memory = {placement.data};
  Bytes bytes{std::clamp(address & ~u64{15}, placement.data.address, placement.second_middle + 1024),
              std::vector<u8>(32)};
  for (std::size_t at = 0; at < bytes.bytes.size(); at += 8) {
    const u64 value = any_integer(random);
    std::memcpy(&bytes.bytes[at], &value, 8);
  }
  some.program.contents.push_back(std::move(bytes));
}

// For people, who would look for a meaning in registers that have none.
void clear_unread(Case& some, const Code& code) {
  u32 x = 0, f = 0;
  for (const Item& item : code.all()) {
    for (const Operand& operand : item.shape()->all())
      if (operand.is_register()) (operand.floating ? f : x) |= u32{1} << operand.number_in(item.word);
    if (item.shape()->row->form.find("sp") != std::string_view::npos) x |= u32{1} << stack;
  }
  for (unsigned i = 0; i < 32; ++i) {
    if ((x >> i & 1) == 0) some.input.state.words[x_word + i] = 0;
    if ((f >> i & 1) == 0) some.input.state.words[f_word + i] = 0;
  }
}

Case make_case(const Shape& shape, Random& random) {
  const Palette palette = few_registers();
  Case some;
  some.why = fmt::format("{} on its own", shape.row->mnemonic());
  Block block;
  Code code;
  compose(code, shape, palette, random);
  block.base.state.words[x_word + pointer] = placement.first_middle;
  block.base.state.words[x_word + stack] = placement.second_middle;
  finish(code, block, CodePlace::page_end, random);
  some.program = std::move(block.program);
  some.budget.instructions = 10;
  some.input.state = block.base.state;
  GuestState& state = some.input.state;
  for (unsigned number : {11u, 12u, 13u, 14u}) state.words[x_word + number] = any_integer(random);
  if (shape.flow == Flow::indirect) state.words[x_word + target] = some.program.code_end();
  for (unsigned number = 9; number <= 16; ++number) state.words[f_word + number] = any_float(random, number);
  if (shape.memory != Memory::none) set_memory(some, shape, code[code.size() - 1].word, random);
  clear_unread(some, code);
  return flatten(std::move(some));
}

// Whether the row took effect: more came of the run than that the PC moved to the next instruction.
bool shows(const Case& some, const Shape& shape, Machine& machine) {
  if (!machine.prepare(some.program)) return false;
  auto run = machine.run(some.input, some.budget, Precision::precise);
  if (!run) return false;
  const Outcome& outcome = **run;
  const StopKind stop = outcome.stop.kind;
  if (shape.flow == Flow::trap) return stop == StopKind::breakpoint || stop == StopKind::system_call;
  if (stop != StopKind::end) return false;
  if (shape.flow != Flow::next) return outcome.retired == 1;  // it was taken
  GuestState before = some.input.state;
  before.words[pc_word] = outcome.state.words[pc_word];
  if (shape.memory == Memory::conditional) before.words[x_word + 14] = outcome.state.words[x_word + 14];
  const bool changes_memory = shape.stores();
  if (!changes_memory) return before != outcome.state;
  // Contents are whole here, so that memory that differs from them was stored to.
  std::vector<u8> memory(outcome.memory[0].bytes.size());
  for (const Bytes& bytes : some.program.contents)
    std::memcpy(&memory[bytes.address - outcome.memory[0].address], bytes.bytes.data(), bytes.bytes.size());
  return std::memcmp(memory.data(), outcome.memory[0].bytes.data(), memory.size()) != 0;
}

bool holds_row(const Case& some, u16 row) {
  Code code;
  code.read(some.program.code);
  for (const Item& item : code.all())
    if (item.row == row) return true;
  return false;
}

}  // namespace

std::vector<Case> seed_cases() {
  std::vector<Case> all;
  const std::unique_ptr<Machine> machine = make_interpreter_machine();
  for (const Shape& shape : shapes()) {
    Random random(shape.index);
    // Fences and c.nop never show anything; theirs is the last one tried that is theirs.
    Case some = make_case(shape, random);
    for (int tries = 0; tries < 200; ++tries) {
      Case other = make_case(shape, random);
      if (!holds_row(other, shape.index)) continue;
      some = std::move(other);
      if (shows(some, shape, *machine)) break;
    }
    all.push_back(std::move(some));
  }
  return all;
}

}  // namespace diptych::fuzz

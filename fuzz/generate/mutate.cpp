#include "fuzz/generate/mutate.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "fuzz/generate/finish.hpp"
#include "fuzz/generate/named_rows.hpp"
#include "fuzz/generate/placement.hpp"
#include "fuzz/generate/values.hpp"
#include "fuzz/generate/weighted.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace diptych::fuzz {
namespace {

using namespace riscv64;

/// What an edit of code works on.
struct Edit {
  Code& code;
  Palette& palette;
  Generator& generator;
  Random& random;

  std::size_t any() { return random.below(u32(code.size())); }
  /// A place to put something, or the start of something to take away.
  std::size_t any_landing() { return code.landing(random.below(u32(code.size() + 1))); }
  /// The end of what belongs together with the item that starts here.
  std::size_t end_of(std::size_t first) { return code.landing(first + 1); }
};

using EditCode = bool (*)(Edit&);

// What ends every run is kept for a while and goes again, or chains of edits would collect it.
void heal(Code& code) {
  for (std::size_t i = 0; i + 1 < code.size(); ++i) {
    const Shape* shape = code[i].shape();
    if (shape && shape->flow != Flow::trap) continue;
    return code.erase(i);
  }
}

bool insert(Edit& edit) {
  if (edit.code.size() >= largest_edited) return false;
  Code piece;
  piece.clear();
  Composer composer(piece, edit.palette, edit.generator, edit.random);
  composer.instruction(edit.generator.any_row(edit.random));
  // Branches of the piece that lead out of it land a little behind it.
  const std::size_t length = piece.size();
  const std::size_t at = edit.any_landing();
  const std::size_t before = edit.code.size();
  composer.settle();
  splice(edit.code, at, piece, 0, length);
  for (std::size_t i = at; i < at + (edit.code.size() - before); ++i) {
    Item& item = edit.code[i];
    if (item.target != i16(at + length) || edit.random.chance(1, 2)) continue;
    item.target = i16(edit.code.landing(std::min(at + length + 1 + edit.random.below(4), edit.code.size())));
  }
  return true;
}

bool remove(Edit& edit) {
  const std::size_t first = edit.any_landing(), last = first < edit.code.size() ? edit.end_of(first) : first;
  if (first == last || last - first == edit.code.size()) return false;
  for (std::size_t i = first; i < last; ++i) edit.code.erase(first);
  return true;
}

bool duplicate(Edit& edit) {
  const std::size_t first = edit.any_landing();
  if (first == edit.code.size()) return false;
  const std::size_t last = edit.end_of(first);
  if (edit.code.size() + (last - first) > largest_edited) return false;
  Code piece;
  piece.clear();
  for (std::size_t i = first; i < last; ++i) {
    piece.append(edit.code[i]);
    Item& item = piece[piece.size() - 1];
    if (item.target != no_target) item.target = i16(item.target - i16(first));
    if (item.target < 0) item.target = no_target;
  }
  splice(edit.code, edit.random.chance(1, 2) ? last : edit.any_landing(), piece, 0, piece.size());
  return true;
}

bool exchange(Edit& edit) {
  const std::size_t a = edit.any(), b = edit.random.chance(3, 4) ? a + 1 : edit.any();
  if (b >= edit.code.size() || a == b) return false;
  Item left = edit.code[a], right = edit.code[b];
  if (left.glued || right.glued || left.target != no_target || right.target != no_target) return false;
  if ((a + 1 < edit.code.size() && edit.code[a + 1].glued) || (b + 1 < edit.code.size() && edit.code[b + 1].glued))
    return false;
  edit.code.replace(a, right);
  edit.code.replace(b, left);
  return true;
}

bool replace(Edit& edit) {
  const std::size_t at = edit.any();
  const Item& item = edit.code[at];
  if (item.glued || (at + 1 < edit.code.size() && edit.code[at + 1].glued)) return false;
  const Shape& shape = edit.generator.plain_row(edit.random);
  return edit.code.replace(at, item_of(shape, sample_word(shape, edit.palette, edit.random)));
}

// An operand of an item that nothing else relies on.
const Operand* any_operand(Edit& edit, std::size_t at) {
  const Item& item = edit.code[at];
  if (item.row == no_row || item.pair || item.glued) return nullptr;
  if (at + 1 < edit.code.size() && edit.code[at + 1].glued) return nullptr;
  const Shape& shape = *item.shape();
  if (shape.operand_count == 0 || shape.flow == Flow::indirect) return nullptr;
  const Operand& operand = edit.random.pick(shape.all());
  // A store into the code stays where it is aimed at.
  if (const Operand* base = shape.operand(OperandKind::rs1);
      shape.stores() && base && base->base && (edit.palette.reserved >> base->number_in(item.word) & 1) != 0 &&
      (operand.base || operand.kind == OperandKind::immediate))
    return nullptr;
  return shape.offset == operand.field ? nullptr : &operand;
}

bool resample(Edit& edit) {
  const std::size_t at = edit.any();
  const Operand* operand = any_operand(edit, at);
  if (!operand) return false;
  Item item = edit.code[at];
  item.word = sample_operand(*item.shape(), *operand, item.word, edit.palette, edit.random);
  return edit.code.replace(at, item);
}

bool nudge(Edit& edit) {
  const std::size_t at = edit.any();
  const Operand* operand = any_operand(edit, at);
  if (!operand || operand->is_register()) return false;
  if (operand->kind == OperandKind::csr && edit.random.chance(15, 16)) return false;  // most numbers are of none
  Item item = edit.code[at];
  const Field& field = *operand->field;
  const u32 step = u32{1} << edit.random.below(field.width);
  const u32 value = field.extract(item.word) + (edit.random.chance(1, 2) ? step : -step);
  const u32 word = field.insert(item.word, value);
  if (!field.permits(field.extract(word))) return false;
  // A reserved rounding mode ends every input of the block.
  if (operand->kind == OperandKind::rm && (value & 7) >= 5 && (value & 7) < 7 && edit.random.chance(15, 16))
    return false;
  item.word = word;
  return edit.code.replace(at, item);
}

bool rename(Edit& edit) {
  const u32 fixed = edit.palette.pointers | edit.palette.reserved | 1;
  if (~fixed == 0) return false;
  const unsigned a = edit.random.bit_of(~fixed), b = edit.random.bit_of(~fixed);
  if (a == b) return false;
  const bool floating = edit.random.chance(1, 3);
  const bool narrow = a >= 8 && a < 16 && b >= 8 && b < 16;
  for (Item& item : edit.code.all()) {
    if (item.row == no_row) continue;
    for (const Operand& operand : item.shape()->all()) {
      if (!operand.is_register() || operand.floating != floating || (operand.compressed && !narrow)) continue;
      const unsigned number = operand.number_in(item.word);
      const u32 word = operand.with_number(item.word, number == a ? b : number == b ? a : number);
      if (operand.field->permits(operand.field->extract(word))) item.word = word;
    }
  }
  return true;
}

bool retarget(Edit& edit) {
  for (int tries = 0; tries < 8; ++tries) {
    const std::size_t at = edit.any();
    Item& item = edit.code[at];
    if (item.target == no_target ||
        (item.pair && item.shape()->flow == Flow::next && !(at + 1 < edit.code.size() && edit.code[at + 1].glued)))
      continue;
    item.target = i16(edit.code.landing(std::min(at + 1 + edit.random.below(6), edit.code.size())));
    return true;
  }
  return false;
}

bool miss(Edit& edit) {
  const std::size_t at = edit.any();
  if (edit.code[at].target != no_target || edit.random.chance(3, 4)) return false;
  return edit.code.replace(at, item_of(near_miss(edit.code[at].word, edit.random)));
}

constexpr auto edits = weighted<EditCode>({{24, insert},
                                           {24, remove},
                                           {6, duplicate},
                                           {8, exchange},
                                           {20, replace},
                                           {40, resample},
                                           {16, nudge},
                                           {6, rename},
                                           {6, retarget},
                                           {1, miss}});

/// Does one of the edits, trying again where one finds nothing to do.
void edit_once(Edit& edit) {
  for (int tries = 0; tries < 8; ++tries)
    if (edits.pick(edit.random)(edit)) return;
}

bool in_memory(const Program& program, u64 address) {
  return std::ranges::any_of(program.memory,
                             [&](const Region& region) { return address - region.address < region.size; });
}

void change_registers(Block& block, Random& random) {
  GuestState& state = block.base.state;
  for (u32 left = 1 + random.below(4); left > 0; --left) {
    const unsigned number = random.below(64);
    if (number >= 32) {
      state.words[f_word + number - 32] = any_float(random, number);
    } else if (number != 0 && (block.pointers >> number & 1) == 0) {
      u64& x = state.words[x_word + number];
      if (random.chance(1, 3))
        x += u64(random.between(-2, 2));
      else
        x = any_integer(random);
    } else if (number != 0 && in_memory(block.program, placement.first_middle)) {
      // One that reads constants goes on doing so: what is stored through it would fault either way.
      u64& x = state.words[x_word + number];
      if (x - placement.constants.address >= placement.constants.size) x = any_anchor(number, random);
    }
  }
  if (random.chance(1, 4)) state.words[fcsr_word] = any_fcsr(random);
}

void change_contents(Block& block, Random& random) {
  if (block.program.contents.empty()) return;
  Bytes& bytes = random.pick(std::span(block.program.contents));
  if (bytes.bytes.size() < 8) return;
  for (u32 left = 1 + random.below(4); left > 0; --left) {
    const u64 value = random.chance(1, 2) ? any_integer(random) : any_float(random, random.below(2));
    std::memcpy(&bytes.bytes[8 * random.below(u32(bytes.bytes.size() / 8))], &value, 8);
  }
}

/// Whether code lies where the generator puts it, and nothing else does.
bool fits_the_plan(const Program& program) {
  if (!program.memory.empty() && program.memory.front().address < placement.data.address) return false;
  return program.code_address >= placement.code_end - page_size && program.code_end() <= placement.code_end + page_size;
}

/// Brings an edited list back into the block, in the place it had.
void put_back(Code& code, Block& block) {
  Program& program = block.program;
  const u64 end = program.code_end();
  const bool at_page_end = ends_page(program);
  tame(code);
  code.write(program.code);
  if (at_page_end) program.code_address = end - program.code.size();
  block.base.state.words[pc_word] = program.code_address;
}

void move_code(Block& block, Random& random) {
  if (!fits_the_plan(block.program)) return;
  block.program.code_address = code_address_for(any_code_place(random), block.program.code.size(), random);
  block.base.state.words[pc_word] = block.program.code_address;
}

ExtensionSet extension_of(const Item& item) {
  return item.row == no_row ? ExtensionSet{0} : bit(item.shape()->row->extension);
}

ExtensionSet extensions_of(const Code& code) {
  ExtensionSet used = 0;
  for (const Item& item : code.all()) used |= extension_of(item);
  return used;
}

// Takes out what was made for machines with more. Without fence.i, code is not written.
bool take_out_others(Block& block, Code& code, ExtensionSet extensions) {
  if ((extensions & bit(Extension::Zifencei)) == 0) block.program.code_access = Access::read | Access::execute;
  if ((extensions_of(code) & ~extensions) == 0) return false;
  keep_to(code, extensions);
  return true;
}

// As far as what belongs together from `first` on keeps to these extensions, at most up to `last`.
std::size_t end_within(const Code& code, std::size_t first, std::size_t last, ExtensionSet extensions) {
  std::size_t end = first;
  while (end < last && (extension_of(code[end]) & ~extensions) == 0) ++end;
  while (end > first && code.landing(end) != end) --end;
  return end;
}

// An item from elsewhere made to take its addresses from where this block has them, and to leave those
// alone. Gives the registers it takes them from for want of one here.
u32 fit(Item& item, const Palette& palette, Random& random) {
  if (item.row == no_row) return 0;
  const Shape& shape = *item.shape();
  for (const Operand& operand : shape.all()) {
    if (!operand.is_register() || operand.floating) continue;
    const u32 bit = u32{1} << operand.number_in(item.word);
    if (operand.base && shape.memory != Memory::none && (bit & palette.pointers) == 0) {
      const u32 reach = palette.pointers & (operand.compressed ? 0xff00u : ~u32{0});
      if (reach == 0) return bit;
      item.word = operand.with_number(item.word, random.bit_of(reach));
    } else if (operand.destination && !operand.compressed && (bit & (palette.pointers | palette.reserved)) != 0 &&
               shape.flow == Flow::next && !item.pair && !item.glued) {
      item.word = sample_operand(shape, operand, item.word, palette, random);
    }
  }
  return 0;
}

}  // namespace

void mutate(Block& block, Random& random, Generator& generator) {
  if (block.program.guest != Guest::riscv64) return;
  if (block.program.code.size() > largest_code) return;
  bool edited = false;
  Code code;
  code.read(block.program.code);
  if (code.size() == 0) return;
  u32 times = 1;
  while (times < 6 && random.chance(1, 2)) ++times;
  Palette* palette = nullptr;
  for (; times > 0; --times) {
    const u32 r = random.below(64);
    if (r < 44) {
      if (!edited) {
        palette = &generator.edit(palette_of(block, code, random), extensions_of(code));
        edited = true;
        if (random.chance(1, 2)) heal(code);
      }
      Edit edit{code, *palette, generator, random};
      edit_once(edit);
    } else if (r < 50) {
      block.seed = random.next();
    } else if (r < 58) {
      change_registers(block, random);
    } else if (r < 62) {
      change_contents(block, random);
    } else if (!edited) {
      move_code(block, random);
    }
  }
  edited |= take_out_others(block, code, generator.extensions().all);
  if (edited) put_back(code, block);
  if (edited || allows(block.program.code_access, Access::write)) normalize(block);
}

void cross(const Block& first, const Block& second, Random& random, const Extensions& extensions, Block& into) {
  into = first;
  if (first.program.guest != Guest::riscv64 || second.program.guest != Guest::riscv64) return;
  if (first.program.code.size() > largest_code || second.program.code.size() > largest_code) return;
  Code code, other;
  code.read(first.program.code);
  other.read(second.program.code);
  if (code.size() == 0 || other.size() == 0) return;
  const std::size_t from = other.landing(random.below(u32(other.size())));
  std::size_t to = other.landing(std::min(from + 1 + random.below(8), other.size()));
  // Crossover would spread extensions that a machine lacks to most blocks, and it could not run them.
  take_out_others(into, code, extensions.all);
  to = end_within(other, from, to, extensions.smallest_with(extensions_of(code)));
  std::size_t at = code.landing(random.below(u32(code.size() + 1)));
  if (random.chance(1, 2)) {
    // Over as many as come, rather than between.
    std::size_t end = code.landing(std::min(at + (to - from), code.size()));
    for (; end > at && code.size() > 1; --end) code.erase(at);
    at = code.landing(std::min(at, code.size()));
  }
  const Palette palette = palette_of(first, code, random);
  u32 taken = 0;
  for (std::size_t i = from; i < to; ++i) taken |= fit(other[i], palette, random);
  if (code.size() + (to - from) <= largest_edited) splice(code, at, other, from, to);
  // Addresses that only the second had are needed; and some of its other values are worth having.
  taken &= second.pointers;
  for (unsigned i = 1; i < 32; ++i)
    if ((taken >> i & 1) != 0 || ((into.pointers >> i & 1) == 0 && random.chance(1, 8)))
      into.base.state.words[x_word + i] = second.base.state.words[x_word + i];
  into.pointers |= taken;
  for (unsigned i = 0; i < 32; ++i)
    if (random.chance(1, 8)) into.base.state.words[f_word + i] = second.base.state.words[f_word + i];
  if (random.chance(1, 2)) into.seed = second.seed;
  for (Region region : second.program.memory)
    if (region == placement.constants && std::ranges::find(into.program.memory, region) == into.program.memory.end() &&
        !into.program.memory.empty() && into.program.memory.back() == placement.data)
      into.program.memory.push_back(region);
  put_back(code, into);
  normalize(into);
}

}  // namespace diptych::fuzz

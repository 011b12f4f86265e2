#include "fuzz/generate/code.hpp"

#include "fuzz/generate/placement.hpp"

#include <algorithm>
#include <cstring>

namespace diptych::fuzz {
namespace {

// The few rows the edits below know by name.
struct Known {
  u16 auipc = shape_named("auipc").index;
  u16 addi = shape_named("addi").index;
  u16 addiw = shape_named("addiw").index;
  u16 fence_i = shape_named("fence.i").index;
  u16 jalr = shape_named("jalr").index;
  u16 c_addi = shape_named("c.addi").index;
  u16 c_li = shape_named("c.li").index;
};

const Known& known() {
  static const Known all;
  return all;
}

i64 extended(u32 value, unsigned width) { return i64(u64{value} << (64 - width)) >> (64 - width); }

i64 immediate_of(const Item& item) {
  const Operand* imm = item.shape()->operand(OperandKind::immediate);
  return extended(imm->field->extract(item.word), imm->field->width);
}

unsigned register_of(const Item& item, OperandKind kind) {
  const Operand* operand = item.shape()->operand(kind);
  return operand && !operand->floating ? operand->number_in(item.word) : 0;
}

bool is_pair(const Item& first, const Item& second) {
  const Known& rows = known();
  if (first.row != rows.auipc || (second.row != rows.addi && second.row != rows.jalr)) return false;
  const unsigned base = first.written();
  return base != 0 && (first.word >> 12) == 0 && register_of(second, OperandKind::rs1) == base;
}

bool set_offset(Item& item, i64 offset) {
  const Field& field = *item.shape()->operand(OperandKind::immediate)->field;
  item.word = field.insert(item.word, u32(u64(offset)));
  return extended(field.extract(item.word), field.width) == offset;
}

bool sets_counter(const Item& item, unsigned counter) {
  const Known& rows = known();
  if (item.row != rows.c_li && !(item.row == rows.addi && register_of(item, OperandKind::rs1) == 0)) return false;
  const i64 count = immediate_of(item);
  return item.written() == counter && count >= 1 && count <= 8;
}

bool decrements(const Item& item, unsigned counter) {
  const Known& rows = known();
  if (item.written() != counter || item.pair) return false;
  if (item.row == rows.c_addi) return immediate_of(item) == -1;
  return (item.row == rows.addi || item.row == rows.addiw) && register_of(item, OperandKind::rs1) == counter &&
         immediate_of(item) == -1;
}

// Counts down to zero: `bne c, x0`, `bgtz c` and their compressed and mirrored forms.
bool counts(const Code& code, std::size_t at) {
  const Item& branch = code[at];
  const std::string_view mnemonic = branch.shape()->row->mnemonic();
  const unsigned left = register_of(branch, OperandKind::rs1), right = register_of(branch, OperandKind::rs2);
  unsigned counter = 0;
  if (mnemonic == "c.bnez" || (mnemonic == "bne" && right == 0)) counter = left;
  if ((mnemonic == "blt" || mnemonic == "bltu" || mnemonic == "bne") && left == 0) counter = right;
  if (counter == 0) return false;
  const std::size_t first = std::size_t(branch.target);
  int decrements_seen = 0;
  for (std::size_t i = first; i < at; ++i)
    if (code[i].written() == counter) {
      if (!decrements(code[i], counter)) return false;
      ++decrements_seen;
    }
  // The decrement must be met on every way round, so it stands right before its branch.
  if (decrements_seen != 1 || at == first || !decrements(code[at - 1], counter)) return false;
  for (std::size_t i = first; i-- > 0;)
    if (code[i].written() == counter) return sets_counter(code[i], counter);
  return false;
}

}  // namespace

Item item_of(u32 word) {
  const u8 length = riscv64::length_of(u16(word));
  return {length == 2 ? word & 0xffff : word, row_of(word), no_target, length, false, false, false};
}

void Code::read(std::span<const u8> code) {
  clear();
  std::array<i16, largest_code / 2 + 1> item_at;
  const std::size_t units = code.size() / 2;
  std::fill_n(item_at.begin(), units + 1, no_target);
  std::array<u16, capacity + 1> starts;
  bool offsets = false;
  for (std::size_t at = 0; at + 2 <= code.size();) {
    u32 word = 0;
    std::memcpy(&word, &code[at], std::min<std::size_t>(4, code.size() - at));
    Item& item = items_[size_];
    item = item_of(word);
    if (item.length > code.size() - at) item = {word & 0xffff, no_row, no_target, 2, false, false, false};
    starts[size_] = u16(at);
    item_at[at / 2] = i16(size_++);
    at += item.length;
    bytes_ = at;
    offsets = offsets || (item.row != no_row && (item.shape()->offset || item.shape()->flow == Flow::indirect)) ||
              item.row == known().auipc;
  }
  item_at[bytes_ / 2] = i16(size_);
  if (!offsets) return;
  auto refer = [&](Item& item, std::size_t from, i64 offset) {
    const i64 to = i64(from) + offset;
    if (to >= 0 && to <= i64(bytes_) && to % 2 == 0) item.target = item_at[std::size_t(to) / 2];
  };
  for (std::size_t i = 0; i < size_; ++i) {
    Item& item = items_[i];
    const Shape* shape = item.shape();
    if (!shape) continue;
    if (shape->offset) {
      refer(item, starts[i], immediate_of(item));
      item.glued = i > 0 && shape->flow == Flow::branch && item.target != no_target && item.target <= i16(i) &&
                   items_[i - 1].written() != 0;  // the branch of a loop stays behind its decrement
    } else if (i > 0 && is_pair(items_[i - 1], item)) {
      refer(item, starts[i - 1], immediate_of(item));
      item.pair = item.target != no_target;
      item.glued = true;
    } else if (shape->flow == Flow::indirect) {
      item.glued = i > 0;
    }
  }
  for (std::size_t i = 0; i < size_; ++i)
    if (items_[i].row != no_row && items_[i].shape()->flow == Flow::indirect) mark_function(i);
}

// Where a return takes its address from a call whose function leads to it, what lies between is that
// function.
void Code::mark_function(std::size_t back) {
  const std::size_t writer = last_write(back, register_of(items_[back], OperandKind::rs1));
  if (writer == back || items_[writer].shape()->flow == Flow::next) return;
  const std::size_t caller = items_[writer].shape()->flow == Flow::jump || writer == 0 ? writer : writer - 1;
  const i16 entry = items_[caller].target;
  if (entry <= i16(caller) || entry > i16(back)) return;
  items_[back].glued = false;
  for (std::size_t i = std::size_t(entry); i <= back; ++i) items_[i].inside = true;
}

std::size_t Code::last_write(std::size_t before, unsigned number) const {
  if (number == 0) return before;
  for (std::size_t i = before; i-- > 0;)
    if (items_[i].written() == number) return i;
  return before;
}

void Code::write(std::vector<u8>& code) {
  std::array<u16, capacity + 1> starts;
  std::size_t at = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    starts[i] = u16(at);
    at += items_[i].length;
  }
  starts[size_] = u16(at);
  code.resize(at);
  for (std::size_t i = 0; i < size_; ++i) {
    Item& item = items_[i];
    if (item.target != no_target) {
      const i64 from = starts[item.pair ? i - 1 : i];
      if (!set_offset(item, starts[std::size_t(item.target)] - from)) {
        item.target = i16(i + 1);
        set_offset(item, starts[i + 1] - from);
      }
    }
    std::memcpy(&code[starts[i]], &item.word, item.length);
  }
}

bool Code::insert(std::size_t at, const Item& item) {
  if (size_ == capacity || bytes_ + item.length > largest_code) return false;
  for (std::size_t i = size_; i > at; --i) items_[i] = items_[i - 1];
  items_[at] = item;
  ++size_;
  bytes_ += item.length;
  // What went to the item that stood here goes to the new one, which leads to it.
  for (Item& some : all())
    if (some.target > i16(at)) ++some.target;
  return true;
}

bool Code::replace(std::size_t at, const Item& item) {
  if (bytes_ - items_[at].length + item.length > largest_code) return false;
  bytes_ = bytes_ - items_[at].length + item.length;
  items_[at] = item;
  return true;
}

void Code::erase(std::size_t at) {
  bytes_ -= items_[at].length;
  for (std::size_t i = at; i + 1 < size_; ++i) items_[i] = items_[i + 1];
  --size_;
  for (Item& some : all())
    if (some.target > i16(at)) --some.target;
  // An item that was relative to the one erased has lost its meaning.
  if (at < size_ && items_[at].pair) {
    items_[at].pair = items_[at].glued = false;
    items_[at].target = no_target;
  }
}

std::size_t Code::landing(std::size_t from) const {
  while (from < size_ && (items_[from].glued || items_[from].inside)) ++from;
  return std::min(from, size_);
}

u32 Code::written(std::size_t first, std::size_t last) const {
  u32 mask = 0;
  for (std::size_t i = first; i < last; ++i) mask |= u32{1} << items_[i].written();
  return mask & ~u32{1};
}

std::size_t splice(Code& into, std::size_t at, const Code& from, std::size_t first, std::size_t last) {
  std::size_t done = 0;
  for (std::size_t i = first; i < last; ++i, ++done) {
    Item item = from[i];
    item.target = no_target;
    if (item.pair && i == first) item.pair = false;
    if (!into.insert(at + done, item)) break;
  }
  for (std::size_t i = first; i < first + done; ++i) {
    const i64 distance = i64(from[i].target) - i64(i);
    const std::size_t here = at + i - first;
    if (from[i].target == no_target) continue;
    if (from[i].pair && !into[here].pair) continue;
    const i64 target = std::clamp<i64>(i64(here) + distance, 0, i64(into.size()));
    into[here].target = i16(target <= i64(here) ? target : i64(into.landing(std::size_t(target))));
  }
  return done;
}

namespace {

// A jump through a register that, read from top to bottom, holds no address in the code leads nowhere.
bool leads_somewhere(const Code& code, std::size_t jump) {
  const std::size_t writer = code.last_write(jump, register_of(code[jump], OperandKind::rs1));
  if (writer == jump) return false;
  const Item& item = code[writer];
  return item.pair || item.shape()->flow != Flow::next || (code[jump].pair && writer + 1 == jump);
}

bool leads_on(const Code& code, std::size_t i) {
  const Shape* next = i + 1 < code.size() ? code[i + 1].shape() : nullptr;
  return code[i].shape()->flow != Flow::next || (next && next->flow == Flow::indirect);
}

}  // namespace

bool points_at_own_fence(const Code& code, std::size_t i) {
  const Item& item = code[i];
  if (!item.pair || leads_on(code, i) || item.target <= i16(i)) return false;
  const u16 fence = known().fence_i;
  for (std::size_t at = i + 1; at <= std::size_t(item.target) && at < code.size(); ++at)
    if (code[at].row == fence) return at == std::size_t(item.target);
  return true;
}

void tame(Code& code) {
  const Shape& jump = shape_named("c.j");
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code[i].row == no_row || code[i].shape()->flow != Flow::indirect || leads_somewhere(code, i)) continue;
    Item item = item_of(jump, jump.row->encoding.match);
    item.target = i16(code.landing(i + 1));
    code.replace(i, item);
  }
  for (std::size_t i = 0; i < code.size(); ++i) {
    Item& item = code[i];
    if (item.target == no_target || item.target > i16(i)) continue;
    const Shape& shape = *item.shape();
    if (shape.flow == Flow::branch && counts(code, i)) continue;
    if (!leads_on(code, i)) continue;  // an address data is stored at
    const std::size_t skip = 1 + (item.word >> 7) % 3;
    item.target = i16(code.landing(std::min(i + 1 + skip, code.size())));
  }
}

u32 registers_relied_on(const Code& code) {
  u32 mask = 0;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const Item& item = code[i];
    const Shape* shape = item.shape();
    if (!shape) continue;
    if (shape->flow == Flow::indirect ||
        (shape->flow == Flow::branch && item.target != no_target && item.target <= i16(i)))
      mask |= u32{1} << register_of(item, OperandKind::rs1) | u32{1} << register_of(item, OperandKind::rs2);
    if (item.pair) mask |= u32{1} << item.written();
  }
  return mask & ~u32{1};
}

}  // namespace diptych::fuzz

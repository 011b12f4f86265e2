#include "fuzz/generate/compose.hpp"

#include "fuzz/generate/named_rows.hpp"

namespace diptych::fuzz {

void Composer::append(const Shape& shape, u32 word) {
  const Item item = item_of(shape, word);
  code_.append(item);
  // Once an address is overwritten, what follows looks for another; a step along it is still one.
  const unsigned written = item.written();
  const NamedRows& rows = named_rows();
  if ((palette_.pointers >> written & 1) == 0 || shape.writes_always != 0) return;
  if (&shape == rows.c_addi) return;
  const Operand* source = shape.operand(OperandKind::rs1);
  if (&shape == rows.addi && source->number_in(word) == written) return;
  palette_.pointers &= ~(u32{1} << written);
}

std::size_t Composer::append_glued(const Shape& shape, u32 word) {
  Item item = item_of(shape, word);
  item.glued = true;
  code_.append(item);
  return code_.size() - 1;
}

void Composer::plain(std::size_t count) {
  for (; count > 0; --count) {
    const Shape& shape = source_.plain_row(random_);
    append(shape, sample_word(shape, palette_, random_));
  }
}

void Composer::wait(std::size_t item) {
  if (waiting_count_ == waiting_.size()) return;
  u32 skip = 1;
  while (skip < 12 && random_.chance(1, 2)) ++skip;
  waiting_[waiting_count_++] = {u16(item), u16(skip)};
}

void Composer::append_branch(const Shape& shape, u32 word) {
  append(shape, word);
  wait(code_.size() - 1);
}

void Composer::settle() {
  for (std::size_t i = 0; i < waiting_count_; ++i) {
    const std::size_t target = std::min<std::size_t>(waiting_[i].item + 1u + waiting_[i].skip, code_.size());
    code_[waiting_[i].item].target = i16(code_.landing(target));
  }
  waiting_count_ = 0;
}

unsigned Composer::spare_register() {
  const u32 free = ~(palette_.pointers | palette_.reserved | 1);
  return random_.bit_of(random_.chance(1, 2) && (free & 0xff00) != 0 ? free & 0xff00 : free);
}

unsigned Composer::reserve_register() {
  const unsigned chosen = spare_register();
  palette_.reserved |= u32{1} << chosen;
  return chosen;
}

const Shape& Composer::either(const Shape& compressed, const Shape& full) {
  return random_.chance(1, 2) && source_.permits(compressed) ? compressed : full;
}

void Composer::instruction(const Shape& shape) {
  if (shape.flow == Flow::indirect) {
    if (random_.chance(1, 2)) return call(shape);
    return indirect(shape);
  }
  if (shape.flow == Flow::jump && shape.operand(OperandKind::rd) && random_.chance(1, 2)) return call(shape);
  if ((shape.memory == Memory::reserve || shape.memory == Memory::conditional) && random_.chance(3, 4))
    return reserved_pair(shape);
  if (shape.memory == Memory::load && !shape.at_stack && random_.chance(1, 8)) return load_again(shape);
  append(shape, sample_word(shape, palette_, random_));
  if (shape.offset) wait(code_.size() - 1);
}

std::size_t Composer::address_of_target(unsigned into) {
  const NamedRows& rows = named_rows();
  append(*rows.auipc, with(*rows.auipc, {.rd = into}));
  const std::size_t item = append_glued(*rows.addi, with(*rows.addi, {.rd = into, .rs1 = into}));
  code_[item].pair = true;
  return item;
}

void Composer::jump_through(const Shape& shape, unsigned address, unsigned link) {
  append_glued(shape, with(shape, {.rd = link, .rs1 = address}));
}

void Composer::indirect(const Shape& shape) {
  const NamedRows& rows = named_rows();
  const unsigned address = spare_register();
  const unsigned link = random_.chance(1, 2)   ? 0
                        : random_.chance(1, 4) ? address
                                               : sample_destination(palette_, random_);
  if (&shape == rows.jalr && random_.chance(1, 2)) {
    // The jump itself adds the way from the auipc.
    append(*rows.auipc, with(*rows.auipc, {.rd = address}));
    const std::size_t item = append_glued(shape, with(shape, {.rd = link, .rs1 = address}));
    code_[item].pair = true;
    return wait(item);
  }
  const std::size_t item = address_of_target(address);
  jump_through(shape, address, link);
  wait(item);
  // Behind the jump, not in between.
  waiting_[waiting_count_ - 1].skip = u16(waiting_[waiting_count_ - 1].skip + 1);
}

void Composer::call(const Shape& by) {
  const NamedRows& rows = named_rows();
  const u32 reserved_before = palette_.reserved;
  const bool through_register = by.flow == Flow::indirect;
  unsigned link = spare_register();
  if (&by == rows.c_jalr) {
    if ((palette_.reserved >> 1 & 1) != 0) return;
    link = 1;
  }
  palette_.reserved |= u32{1} << link;
  std::size_t caller;
  if (through_register && &by != rows.c_jr) {
    unsigned address = spare_register();
    caller = address_of_target(address);
    jump_through(by, address, link);
  } else {
    append(*rows.jal, with(*rows.jal, {.rd = link}));
    caller = code_.size() - 1;
  }
  plain(1 + random_.below(2));
  const Shape& over = either(*rows.c_j, *rows.jal);
  append(over, with(over, {}));
  const std::size_t jump_over = code_.size() - 1;
  const std::size_t function = code_.size();
  plain(1 + random_.below(2));
  const Shape& back = &by == rows.c_jr ? by : either(*rows.c_jr, *rows.jalr);
  jump_through(back, link, 0);
  // Who gets into the function otherwise has nowhere to return to.
  for (std::size_t i = function; i < code_.size(); ++i) code_[i].inside = true;
  code_[caller].target = i16(function);
  code_[jump_over].target = i16(code_.size());
  palette_.reserved = reserved_before;
}

void Composer::begin_counting() {
  const NamedRows& rows = named_rows();
  counter_ = spare_register();
  palette_.reserved |= u32{1} << counter_;
  const Shape& set = either(*rows.c_li, *rows.addi);
  append(set, with(set, {.rd = counter_, .imm = 1 + random_.below(6)}));
}

void Composer::end_loop(std::size_t first) {
  const NamedRows& rows = named_rows();
  const Shape& down = either(*rows.c_addi, random_.chance(1, 2) ? *rows.addi : *rows.addiw);
  append(down, with(down, {.rd = counter_, .rs1 = counter_, .imm = ~u32{0}}));
  const bool narrow = counter_ >= 8 && counter_ < 16 && source_.permits(*rows.c_bnez);
  const u32 form = random_.below(narrow ? 5 : 3);
  std::size_t branch;
  if (form == 0)
    branch = append_glued(*rows.bne, with(*rows.bne, {.rs1 = counter_}));
  else if (form == 1)
    branch = append_glued(*rows.blt, with(*rows.blt, {.rs2 = counter_}));
  else if (form == 2)
    branch = append_glued(*rows.bltu, with(*rows.bltu, {.rs2 = counter_}));
  else
    branch = append_glued(*rows.c_bnez, with(*rows.c_bnez, {.rs1 = counter_}));
  code_[branch].target = i16(code_.landing(std::min(first, branch - 1)));
}

void Composer::self_modification() {
  const NamedRows& rows = named_rows();
  if (!source_.permits(*rows.fence_i)) return;
  const u32 reserved_before = palette_.reserved;
  const unsigned value = reserve_register(), address = reserve_register();
  const Shape* built = nullptr;
  do built = &source_.plain_row(random_);
  while (built->length != 4);
  const u32 word = sample_word(*built, palette_, random_);
  append(*rows.lui, with(*rows.lui, {.rd = value, .imm = word + 0x800}));
  append_glued(*rows.addiw, with(*rows.addiw, {.rd = value, .rs1 = value, .imm = word}));
  const std::size_t pointing = address_of_target(address);
  code_[pointing - 1].glued = true;
  append_glued(*rows.sw, with(*rows.sw, {.rs1 = address, .rs2 = value}));
  append_glued(*rows.fence_i, rows.fence_i->row->encoding.match);
  palette_.reserved = reserved_before;
  plain(random_.below(4));
  do built = &source_.plain_row(random_);
  while (built->length != 4 || built->memory != Memory::none);
  code_[pointing].target = i16(code_.size());
  append(*built, sample_word(*built, palette_, random_));
}

void Composer::changing_loop() {
  const NamedRows& rows = named_rows();
  if (!source_.permits(*rows.fence_i)) return;
  const u32 reserved_before = palette_.reserved;
  const unsigned outer_counter = counter_;
  begin_counting();
  const std::size_t begin = code_.size();
  const unsigned value = reserve_register(), step = reserve_register(), address = reserve_register();
  // The number it adds is another one in every round.
  const unsigned result = spare_register();
  const u32 word = with(*rows.addi, {.rd = result, .rs1 = result, .imm = random_.below(64)});
  append(*rows.lui, with(*rows.lui, {.rd = value, .imm = word + 0x800}));
  append(*rows.addiw, with(*rows.addiw, {.rd = value, .rs1 = value, .imm = word}));
  append(*rows.lui, with(*rows.lui, {.rd = step, .imm = 1 << 20}));
  const std::size_t pointing = address_of_target(address);
  const std::size_t first = code_.size();
  append(*rows.sw, with(*rows.sw, {.rs1 = address, .rs2 = value}));
  append_glued(*rows.fence_i, rows.fence_i->row->encoding.match);
  append(*rows.add, with(*rows.add, {.rd = value, .rs1 = value, .rs2 = step}));
  plain(random_.below(3));
  const bool through_register = random_.chance(1, 2);
  if (through_register) jump_through(*rows.jalr, address, 0);
  else append(*rows.jal, with(*rows.jal, {}));
  const std::size_t jump = code_.size() - 1;
  if (random_.chance(1, 2)) plain(1);
  const std::size_t changed = code_.size();
  append(*rows.addi, word);
  plain(random_.below(2));
  end_loop(first);
  // Who gets into it otherwise has nothing to count, and nowhere to store.
  for (std::size_t i = begin; i < code_.size(); ++i) code_[i].inside = true;
  code_[code_.size() - 1].target = i16(first);
  code_[pointing].target = i16(changed);
  if (!through_register) code_[jump].target = i16(changed);
  palette_.reserved = reserved_before;
  counter_ = outer_counter;
}

void Composer::reserved_pair(const Shape& shape) {
  const NamedRows& rows = named_rows();
  const bool wide = random_.chance(7, 8) ? shape.access == 8 : random_.chance(1, 2);
  const Shape& reserve = shape.memory == Memory::reserve ? shape : wide ? *rows.lr_d : *rows.lr_w;
  const Shape& conditional = shape.memory == Memory::conditional ? shape : wide ? *rows.sc_d : *rows.sc_w;
  const u32 base_before = palette_.writable & palette_.pointers;
  if (base_before == 0) return append(shape, sample_word(shape, palette_, random_));
  constexpr u32 even = 0x55555555;
  const unsigned base = random_.bit_of((base_before & even) != 0 ? base_before & even : base_before);
  const Operand& from = *reserve.operand(OperandKind::rs1);
  const Operand& to = *conditional.operand(OperandKind::rs1);
  append(reserve, from.with_number(sample_word(reserve, palette_, random_), base));
  if (random_.chance(1, 4)) plain(1);
  u32 word = sample_word(conditional, palette_, random_);
  if (random_.chance(7, 8)) word = to.with_number(word, base);
  append(conditional, word);
}

void Composer::load_again(const Shape& load) {
  const NamedRows& rows = named_rows();
  const u32 first = sample_word(load, palette_, random_);
  const unsigned base = load.operand(OperandKind::rs1)->number_in(first);
  append(load, first);
  if (random_.chance(1, 2)) plain(1);
  // Whose base was only good for reading, or is gone.
  if ((palette_.pointers & palette_.writable & u32{1} << base) == 0) return;
  const Shape& store = random_.chance(1, 2) ? *rows.sd : *rows.sw;
  const u32 displacement = load.operand(OperandKind::immediate)->field->extract(first);
  const u32 word = store.operand(OperandKind::rs1)->with_number(sample_word(store, palette_, random_), base);
  append(store, store.operand(OperandKind::immediate)->field->insert(word, displacement));
  const Operand& into = *load.operand(OperandKind::rd);
  append(load, into.with_number(first, into.number_in(sample_word(load, palette_, random_))));
}

}  // namespace diptych::fuzz

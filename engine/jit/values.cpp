#include "engine/jit/values.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace diptych::jit {

using namespace asmjit::x86;
using ir::Opcode;

void Values::begin(const ir::Block& block, const Options& options) {
  block_ = &block;
  options_ = options;
  const std::size_t count = block.instructions.size();
  if (values_.size() < count) {
    values_.resize(count);
    alias_.resize(count);
    constant_index_.resize(count);
  }
  // The last four take the uses by operands that are not there.
  uses_.assign(count + 4, Use{});
  in_general_.fill(no_value);
  in_vector_.fill(no_value);
  free_general_ = host::general_registers;
  free_vector_ = host::vector_registers;
  locked_general_ = locked_vector_ = 0;
  turn_ = 0;
  touched_.each([&](u32 word) { words_[word] = Word{}; });
  touched_.clear();
  dirty_.clear();
  free_slots_.fill(~u64{0});
  overflowed_ = false;
  count_uses();
}

void Values::count_uses() {
  struct OfOpcode {
    u64 first;      // what the first operand is used for
    u64 all;        // and every one
    u64 passed_on;  // and every one if the result is
    bool kept;      // whoever uses it or not
  };
  static constexpr auto of_opcode = [] {
    std::array<OfOpcode, ir::all_traits.size()> all{};
    for (const ir::Traits& traits : ir::all_traits)
      all[std::size_t(traits.opcode)] = {.first = traits.opcode == Opcode::load || traits.opcode == Opcode::store ? 0 : elsewhere,
                                         .all = ir::is_floating(traits.opcode) ? in_vectors : 0,
                                         .passed_on = traits.opcode == Opcode::reinterpret ? in_vectors : 0,
                                         .kept = traits.effect || traits.may_stop || traits.terminates};
    return all;
  }();
  struct OfType {
    u64 possible;  // uses
    u64 natural;
  };
  static constexpr auto of_type = [] {
    std::array<OfType, ir::type_names.size()> all{};
    for (std::size_t type = 0; type < all.size(); ++type)
      all[type] = {.possible = ir::bits_of(ir::Type(type)) < 32 ? ~in_vectors : ~u64{0},
                   .natural = ir::is_float(ir::Type(type)) ? in_vectors : 0};
    return all;
  }();
  const ir::Instruction* const instructions = block_->instructions.data();
  const ValueId count = ValueId(block_->instructions.size());
  Use* const uses = uses_.data();
  for (ValueId n = count; n-- > 0;) {
    const ir::Instruction& i = instructions[n];
    const OfOpcode& opcode = of_opcode[std::size_t(i.opcode)];
    const OfType& type = of_type[std::size_t(i.type)];
    // Every user has been here.
    const u64 own = uses[n].bits & type.possible;
    const bool live = opcode.kept || (own & (all_uses | raises_bit)) != 0;
    uses[n].bits = own | (live ? live_bit : 0);
    values_[n] = {.uses = u16(own / one_use)};
    alias_[n] = n;
    if (!live) continue;
    if (i.opcode == Opcode::raise_flags) {
      uses[i.operands[0]].bits |= raises_bit;
      continue;
    }
    const u64 all = opcode.all | (opcode.passed_on & (own | type.natural));
    const auto count_use = [&](u32 k, u64 what) {
      u64& operand = uses[std::min(i.operands[k], count + k)].bits;
      operand = (operand | what | all | (u32(operand) == 0 ? n + 1 : 0)) + one_use;
    };
    // Two, those not there included: a loop that ends where they do is mispredicted more often than not.
    count_use(0, opcode.first);
    count_use(1, elsewhere);
    if (i.operands[2] == no_value) continue;
    count_use(2, elsewhere);
    count_use(3, elsewhere);
  }
}

void Values::end_instruction(ValueId n) {
  locked_general_ = locked_vector_ = 0;
  if (values_[n].place != Place::nowhere) drop_if_unused(n);
  if (options_.keep_values) return;
  for (ValueId v : in_general_)
    if (v != no_value) evict(v);
  for (ValueId v : in_vector_)
    if (v != no_value) evict(v);
}

std::optional<i32> Values::immediate(ValueId v, unsigned bits) const {
  if (!is_constant(v)) return std::nullopt;
  const u64 number = constant(v);
  if (bits <= 32) return i32(u32(number));
  if (i64(number) != i64{i32(number)}) return std::nullopt;
  return i32(number);
}

Location Values::location(ValueId v) {
  Value& value = values_[root(v)];
  switch (value.place) {
    case Place::general:
    case Place::vector: return {value.place, value.reg};
    case Place::constant:
      if (u32& index = constant_index_[root(v)]; index == 0) {
        records_.constants.push_back(constant(v));
        index = u32(records_.constants.size());
      }
      return {Place::constant, constant_index_[root(v)] - 1};
    default: return {value.place, value.index};
  }
}

// Registers.

void Values::settle_general(ValueId r, u32 reg) {
  values_[r].place = Place::general;
  values_[r].reg = u8(reg);
  in_general_[reg] = r;
  free_general_ &= ~(1u << reg);
  locked_general_ |= 1u << reg;
}

void Values::settle_vector(ValueId r, u32 reg) {
  values_[r].place = Place::vector;
  values_[r].reg = u8(reg);
  in_vector_[reg] = r;
  free_vector_ &= ~(1u << reg);
  locked_vector_ |= 1u << reg;
}

// A register whose word is at home too costs nothing to give up; one that can go home costs a store that
// would have come anyway.
bool Values::at_home_too(const Value& value, ValueId r) const {
  if (value.word == no_word || value.pins != 0) return false;
  const Word& word = words_[value.word];
  return word.value == r && !word.dirty && word.reader == no_value;
}
bool Values::can_go_home(const Value& value, ValueId r) const {
  if (value.word == no_word || value.pins != 1) return false;
  const Word& word = words_[value.word];
  return word.value == r && word.dirty && word.reader == no_value;
}

int Values::cost_to_evict(ValueId r) const {
  const Value& value = values_[r];
  if (is_constant(r) || at_home_too(value, r)) return 0;
  return can_go_home(value, r) ? 1 : 2;
}

void Values::free_place(Value& value) {
  switch (value.place) {
    case Place::general:
      in_general_[value.reg] = no_value;
      free_general_ |= 1u << value.reg;
      break;
    case Place::vector:
      in_vector_[value.reg] = no_value;
      free_vector_ |= 1u << value.reg;
      break;
    case Place::slot: free_slots_[value.index / 64] |= u64{1} << (value.index % 64); break;
    case Place::home: words_[value.index].reader = no_value; break;
    default: break;
  }
  value.place = Place::nowhere;
}

void Values::evict(ValueId r) {
  Value& value = values_[r];
  const Location from = {value.place, value.reg};
  if (is_constant(r)) {
    free_place(value);
    value.place = Place::constant;
  } else if (at_home_too(value, r)) {
    free_place(value);
    value.place = Place::home;
    value.index = value.word;
    words_[value.word].reader = r;
  } else if (can_go_home(value, r)) {
    store(from, layout_.word(value.word));
    Word& word = words_[value.word];
    word.dirty = false;
    dirty_.remove(value.word);
    value.pins = 0;
    free_place(value);
    if (value.uses == 0) {
      drop(r);
    } else {
      value.place = Place::home;
      value.index = value.word;
      word.reader = r;
    }
  } else {
    u16 slot = Frame::slot_count;
    for (std::size_t i = 0; i < free_slots_.size() && slot == Frame::slot_count; ++i)
      if (free_slots_[i] != 0) slot = u16(i * 64 + std::size_t(std::countr_zero(free_slots_[i])));
    if (slot == Frame::slot_count) {
      overflowed_ = true;
      slot = 0;
    }
    free_slots_[slot / 64] &= ~(u64{1} << (slot % 64));
    store(from, layout_.slot(slot));
    free_place(value);
    value.place = Place::slot;
    value.index = slot;
  }
}

u32 Values::take_general() {
  const u32 free = free_general_ & ~locked_general_;
  if (free != 0) return u32(std::countr_zero(free));
  u32 best = 0;
  int best_cost = std::numeric_limits<int>::max();
  for (u32 k = 0; k < 16; ++k) {
    const u32 reg = (turn_ + k) % 16;
    if (in_general_[reg] == no_value || (locked_general_ >> reg & 1)) continue;
    if (const int cost = cost_to_evict(in_general_[reg]); cost < best_cost) {
      best = reg;
      best_cost = cost;
    }
  }
  turn_ = best + 1;
  evict(in_general_[best]);
  return best;
}

u32 Values::take_vector() {
  const u32 free = free_vector_ & ~locked_vector_;
  if (free != 0) return u32(std::countr_zero(free));
  u32 best = 0;
  int best_cost = std::numeric_limits<int>::max();
  for (u32 k = 0; k < 16; ++k) {
    const u32 reg = (turn_ + k) % 16;
    if (in_vector_[reg] == no_value || (locked_vector_ >> reg & 1)) continue;
    if (const int cost = cost_to_evict(in_vector_[reg]); cost < best_cost) {
      best = reg;
      best_cost = cost;
    }
  }
  turn_ = best + 1;
  evict(in_vector_[best]);
  return best;
}

Gp Values::general(ValueId v) {
  const ValueId r = root(v);
  Value& value = values_[r];
  if (value.place == Place::general) {
    locked_general_ |= 1u << value.reg;
    return gpq(value.reg);
  }
  const u32 reg = take_general();
  switch (value.place) {
    case Place::vector: a_.vmovq(gpq(reg), xmm(value.reg)); break;
    case Place::slot: a_.load_state(reg, layout_.slot(value.index)); break;
    case Place::home: a_.load_state(reg, layout_.word(value.index)); break;
    default: {
      // Not by xor: flags may be waiting.
      const u64 number = constant(r);
      if (number == u32(number)) a_.move_number(reg, u32(number));
      else a_.mov(gpq(reg), number);
    }
  }
  free_place(value);
  settle_general(r, reg);
  return gpq(reg);
}

Xmm Values::vector(ValueId v) {
  const ValueId r = root(v);
  Value& value = values_[r];
  if (value.place == Place::vector) {
    locked_vector_ |= 1u << value.reg;
    return xmm(value.reg);
  }
  const u32 reg = take_vector();
  switch (value.place) {
    case Place::general: a_.vmovq(xmm(reg), gpq(value.reg)); break;
    case Place::slot: a_.load_state_vector(reg, layout_.slot(value.index)); break;
    case Place::home: a_.load_state_vector(reg, layout_.word(value.index)); break;
    default:
      a_.mov(host::scratch, constant(r));
      a_.vmovq(xmm(reg), host::scratch);
  }
  free_place(value);
  settle_vector(r, reg);
  return xmm(reg);
}

std::optional<Mem> Values::memory(ValueId v, unsigned bytes) const {
  std::optional<Mem> found;
  if (values_[root(v)].uses == 1) found = lies(v);
  if (found) found->setSize(bytes);
  return found;
}

std::optional<Mem> Values::lies(ValueId v) const {
  const Value& value = values_[root(v)];
  // Where no value stays in a register, each operation is at least seen to work on registers.
  if (!options_.keep_values) return std::nullopt;
  if (value.place == Place::home) return at(layout_.word(value.index));
  if (value.place == Place::slot) return at(layout_.slot(value.index));
  return std::nullopt;
}

void Values::drop(ValueId r) {
  Value& value = values_[r];
  free_place(value);
  if (value.word != no_word && words_[value.word].value == r) words_[value.word].value = no_value;
}

void Values::consume(ValueId v) {
  const ValueId r = root(v);
  --values_[r].uses;
  drop_if_unused(r);
}

Gp Values::define_general(ValueId n, bool clean) {
  const u32 reg = take_general();
  settle_general(n, reg);
  values_[n].clean = clean;
  return gpq(reg);
}

Xmm Values::define_vector(ValueId n) {
  const u32 reg = take_vector();
  settle_vector(n, reg);
  return xmm(reg);
}

Gp Values::define_copy(ValueId n, ValueId of, unsigned bits, bool clean) {
  const ValueId r = root(of);
  Value& value = values_[r];
  if (value.place == Place::general && value.uses == 1 && value.pins == 0) {
    const u32 reg = value.reg;
    consume(r);
    settle_general(n, reg);
    values_[n].clean = clean;
    return gpq(reg);
  }
  if (value.place == Place::general) locked_general_ |= 1u << value.reg;
  const Gp to = define_general(n, clean);
  const bool narrow = bits <= 32;
  switch (value.place) {
    case Place::general: a_.move(to.id(), value.reg, narrow); break;
    case Place::vector: a_.vmovq(to, xmm(value.reg)); break;
    case Place::slot: a_.load_state(to.id(), layout_.slot(value.index), narrow); break;
    case Place::home: a_.load_state(to.id(), layout_.word(value.index), narrow); break;
    default:
      if (narrow || constant(r) == u32(constant(r))) a_.move_number(to.id(), u32(constant(r)));
      else a_.mov(to, constant(r));
  }
  consume(r);
  return to;
}

void Values::define_constant(ValueId n) {
  values_[n].place = Place::constant;
  values_[n].clean = true;
  constant_index_[n] = 0;
}

void Values::define_alias(ValueId n, ValueId of) {
  const ValueId r = root(of);
  alias_[n] = r;
  retain(r, values_[n].uses);
}

void Values::claim(Gp r) {
  const u32 reg = r.id();
  const ValueId occupant = in_general_[reg];
  locked_general_ |= 1u << reg;
  if (occupant == no_value) return;
  const u32 free = free_general_ & ~locked_general_;
  if (free == 0) return evict(occupant);
  const u32 other = u32(std::countr_zero(free));
  a_.move(other, reg);
  free_place(values_[occupant]);
  settle_general(occupant, other);
  locked_general_ &= ~(1u << other);
}

// The guest's state.

Values::Word& Values::touch(u32 index) {
  touched_.add(index);
  return words_[index];
}

void Values::read_word(ValueId n, u32 index) {
  Word& word = touch(index);
  if (word.value != no_value) return define_alias(n, word.value);
  Value& value = values_[n];
  value.place = Place::home;
  value.index = value.word = u16(index);
  word.value = word.reader = n;
}

void Values::write_word(u32 index, ValueId v) {
  const ValueId r = root(v);
  Word& word = touch(index);
  if (word.value == r) return;
  // A value that lies in another word's home could be overtaken there.
  if (values_[r].place == Place::home) general(r);
  const ValueId old = word.value;
  const bool old_dirty = word.dirty;
  word.value = r;
  word.dirty = true;
  dirty_.add(index);
  // A value remembers one word that is at home; of another one it is not known any more that it holds it.
  if (const u16 before = values_[r].word; before != no_word && words_[before].value == r && !words_[before].dirty)
    words_[before].value = no_value;
  values_[r].word = u16(index);
  ++values_[r].pins;
  if (old != no_value && old_dirty) {
    --values_[old].pins;
    drop_if_unused(old);
  }
  if (options_.keep_state) return;
  if (word.reader != no_value) general(word.reader);
  go_home(index);
}

void Values::go_home(u32 index) {
  Word& word = words_[index];
  store(location(word.value), layout_.word(index));
  word.dirty = false;
  dirty_.remove(index);
  --values_[word.value].pins;
}

void Values::flush() {
  dirty_.each([&](u32 index) { store(location(words_[index].value), layout_.word(index)); });
}

void Values::displaced(u32& first, u32& end) {
  first = u32(records_.displaced.size());
  dirty_.each([&](u32 index) { records_.displaced.push_back({index, location(words_[index].value)}); });
  end = u32(records_.displaced.size());
}
void Values::displaced(Site& site) { displaced(site.displaced, site.displaced_end); }

void Values::emit_home(const Displaced& word) { store(word.at, layout_.word(word.word)); }

void Values::store(const Location& from, i32 to) {
  switch (from.place) {
    case Place::general: a_.store_state(to, from.index); break;
    case Place::vector: a_.store_state_vector(to, from.index); break;
    case Place::constant: {
      const u64 number = records_.constants[from.index];
      if (i64(number) == i64{i32(number)}) {
        a_.mov(at(to), i32(number));
      } else {
        a_.mov(host::scratch, number);
        a_.mov(at(to), host::scratch);
      }
      break;
    }
    default:
      a_.load_state(host::scratch.id(), from.place == Place::slot ? layout_.slot(from.index) : layout_.word(from.index));
      a_.store_state(to, host::scratch.id());
  }
}

}  // namespace diptych::jit

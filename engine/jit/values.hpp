// Which value of a block is where: the register allocation, local to a block and done on the way.
//
// A value is in one place at a time. Words of the guest's state are values under another name: a word that
// was written is only remembered to be the value written, and goes home when the block is left, or when its
// register is wanted. So what a word holds is always either at home or known to be in a place of a value.
#pragma once

#include "engine/jit/assembler.hpp"
#include "engine/jit/options.hpp"
#include "engine/jit/routines.hpp"
#include "engine/jit/site.hpp"

#include <array>
#include <bit>
#include <optional>
#include <vector>

namespace diptych::jit {

using ir::no_value;
using ir::ValueId;

class Values {
 public:
  Values(Assembler& assembler, const FrameLayout& layout, Records& records)
      : a_(assembler), layout_(layout), records_(records) {}

  /// Forgets everything, and counts who uses what: a value nobody needs is not live.
  void begin(const ir::Block& block, const Options& options);

  /// Behind an IR instruction: what was locked may move again, and a result that nobody uses is gone.
  void end_instruction(ValueId n);

  // What is known of a value. Each function takes any name of it.

  ValueId root(ValueId v) const { return alias_[v]; }
  bool live(ValueId v) const { return uses_[v].is(live_bit); }
  u32 uses(ValueId v) const { return values_[root(v)].uses; }
  /// The block names it as an operand in one place only, wherever that stands.
  bool used_once(ValueId v) const { return uses_[v].count() == 1; }
  bool raises(ValueId v) const { return uses_[v].is(raises_bit); }
  bool only_addresses(ValueId v) const { return !uses_[v].is(elsewhere); }
  ValueId last_user(ValueId v) const { return uses_[v].last_user(); }
  bool wants_vector(ValueId v) const { return uses_[v].is(in_vectors); }
  bool is_constant(ValueId v) const { return block_->instructions[root(v)].opcode == ir::Opcode::constant; }
  u64 constant(ValueId v) const { return block_->instructions[root(v)].immediate; }
  bool in_vector(ValueId v) const { return values_[root(v)].place == Place::vector; }
  /// The value's bits above its type's width are zero.
  bool clean(ValueId v) const { return values_[root(v)].clean; }
  /// The register holds the value extended by its sign to 64 bits.
  bool extended(ValueId v) const { return values_[root(v)].extended; }
  void set_extended(ValueId n) { values_[n].extended = true; }
  /// Nothing is emitted where it stands; the operation that it is for does it.
  bool deferred(ValueId v) const { return values_[v].deferred; }
  void defer(ValueId n) { values_[n].deferred = true; }
  /// A constant that fits where an instruction of this width takes a sign-extended number.
  std::optional<i32> immediate(ValueId v, unsigned bits) const;
  Location location(ValueId v);

  // Operands. A register given out stays what it is until end_instruction().

  asmjit::x86::Gp general(ValueId v);
  asmjit::x86::Xmm vector(ValueId v);
  /// In memory, if the value is there and not worth a register.
  std::optional<asmjit::x86::Mem> memory(ValueId v, unsigned bytes) const;
  /// Where the value is in memory, if it is and may be used there: eight bytes.
  std::optional<asmjit::x86::Mem> lies(ValueId v) const;
  /// One use is over; the last one frees the place.
  void consume(ValueId v);
  /// Will be used so many times more.
  void retain(ValueId v, u32 uses) { values_[root(v)].uses = u16(values_[root(v)].uses + uses); }

  // Results.

  asmjit::x86::Gp define_general(ValueId n, bool clean);
  asmjit::x86::Xmm define_vector(ValueId n);
  /// Begins as a copy of an operand, whose use this is; takes its register over where that was the last.
  asmjit::x86::Gp define_copy(ValueId n, ValueId of, unsigned bits, bool clean);
  void define_constant(ValueId n);
  /// The same value under another name.
  void define_alias(ValueId n, ValueId of);
  /// Makes a general register free, and keeps it so until end_instruction(). Before operands are fetched.
  void claim(asmjit::x86::Gp r);

  // The guest's state.

  void read_word(ValueId n, u32 word);
  void write_word(u32 word, ValueId v);
  /// Every word goes home.
  void flush();
  /// Adds the words that are not at home to the records.
  void displaced(Site& site);
  void displaced(u32& first, u32& end);
  /// From a record, when the block is left behind the scenes.
  void emit_home(const Displaced& word);

  bool vectors_in_use() const { return (free_vector_ & host::vector_registers) != host::vector_registers; }
  /// There were more values than the frame has slots.
  bool overflowed() const { return overflowed_; }

 private:
  // How the block uses a value, in one word because it is written for every operand there is: the last user,
  // or no_value + 1 where there is none; how many uses there are; and what is true of one of them or more.
  static constexpr u64 one_use = u64{1} << 32;
  static constexpr u64 all_uses = 0xffff * one_use;
  static constexpr u64 elsewhere = u64{1} << 48;   // not as the address of a load or store
  static constexpr u64 in_vectors = u64{1} << 49;  // where the vector registers are
  static constexpr u64 raises_bit = u64{1} << 50;  // its flags are raised
  static constexpr u64 live_bit = u64{1} << 51;
  struct Use {
    u64 bits = 0;

    bool is(u64 bit) const { return (bits & bit) != 0; }
    u32 count() const { return u16(bits >> 32); }
    ValueId last_user() const { return ValueId(bits) - 1; }
  };

  static constexpr u16 no_word = 0xffff;
  struct Value {
    Place place = Place::nowhere;
    u8 reg = 0;
    bool clean = false;
    bool extended = false;
    bool deferred = false;
    u16 index = 0;       // slot, or word at home
    u16 word = no_word;  // a word this value is, or lately was
    u16 pins = 0;        // words not at home that it is
    u16 uses = 0;        // those to come
  };
  struct Word {
    ValueId value = no_value;  // known to be this
    ValueId reader = no_value; // a value whose place this home is
    bool dirty = false;        // not at home
  };
  // Words of the state, in ascending order where they are gone through.
  class WordSet {
   public:
    void add(u32 word) { bits_[word / 64] |= u64{1} << (word % 64); }
    void remove(u32 word) { bits_[word / 64] &= ~(u64{1} << (word % 64)); }
    void clear() { bits_ = {}; }
    template <class Visit>
    void each(Visit visit) const {
      for (std::size_t i = 0; i < bits_.size(); ++i)
        for (u64 left = bits_[i]; left != 0; left &= left - 1) visit(u32(i * 64) + u32(std::countr_zero(left)));
    }

   private:
    std::array<u64, (GuestState::capacity + 63) / 64> bits_{};
  };

  void count_uses();
  Word& touch(u32 word);
  void drop(ValueId root);
  void drop_if_unused(ValueId root) {
    if (values_[root].uses == 0 && values_[root].pins == 0) drop(root);
  }
  void settle_general(ValueId root, u32 reg);
  void settle_vector(ValueId root, u32 reg);
  u32 take_general();
  u32 take_vector();
  int cost_to_evict(ValueId root) const;
  bool at_home_too(const Value& value, ValueId root) const;
  bool can_go_home(const Value& value, ValueId root) const;
  void evict(ValueId root);
  void free_place(Value& value);
  void store(const Location& from, i32 to);
  void go_home(u32 word);
  asmjit::x86::Mem at(i32 displacement, unsigned bytes = 8) const {
    return asmjit::x86::Mem(host::state, displacement, bytes);
  }

  Assembler& a_;
  const FrameLayout& layout_;
  Records& records_;
  const ir::Block* block_ = nullptr;
  Options options_;
  std::vector<Use> uses_;
  std::vector<Value> values_;
  std::vector<ValueId> alias_;
  std::vector<u32> constant_index_;  // of a constant, its place in the records, plus one
  std::array<ValueId, 16> in_general_{};
  std::array<ValueId, 16> in_vector_{};
  u32 free_general_ = 0, free_vector_ = 0;
  u32 locked_general_ = 0, locked_vector_ = 0;
  u32 turn_ = 0;  // where the search for a register to take begins
  std::array<Word, GuestState::capacity> words_{};
  WordSet touched_, dirty_;
  std::array<u64, Frame::slot_count / 64> free_slots_{};
  bool overflowed_ = false;
};

}  // namespace diptych::jit

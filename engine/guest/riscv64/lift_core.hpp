// The core under Vocabulary that writes down what is to be computed, and what is to take effect, as IR.
//
// It lives for one instruction.
#pragma once

#include "engine/guest/riscv64/table.hpp"
#include "engine/ir/arithmetic.hpp"
#include "engine/machine/stop.hpp"
#include "engine/meaning/value.hpp"

#include <optional>

namespace diptych::riscv64 {

class LiftCore {
 public:
  using Arithmetic = ir::Arithmetic;
  template <class T>
  using V = meaning::Value<Arithmetic, T>;

  /// `rounding` is the mode in force where the block runs.
  LiftCore(ir::Builder& builder, u64 pc, u64 length, u8 rounding)
      : builder_(builder), pc_(pc), length_(length), rounding_(rounding) {}

  /// Ends the block if the instruction does. Returns whether another may follow.
  bool finish() {
    if (trapped_) {
      builder_.end_after(*trapped_);  // whatever the row went on to say
      return false;
    }
    if (condition_ && forward_) {
      builder_.emit(ir::Opcode::exit_if, ir::Type::none, {condition_->handle.id, target_->handle.id});
      return true;
    }
    if (condition_) {
      const V<u64> next = constant<u64>(pc_ + length_);
      builder_.emit(ir::Opcode::branch, ir::Type::none, {condition_->handle.id, target_->handle.id, next.handle.id});
      return false;
    }
    if (changes_variant_ && !target_) target_ = constant<u64>(pc_ + length_);
    if (target_) builder_.emit(ir::Opcode::exit, ir::Type::none, {target_->handle.id});
    return !target_;
  }

  template <class T>
  V<T> constant(T value) { return {Arithmetic::constant(builder_, value)}; }

  V<u64> word(std::size_t i) {
    return {{&builder_, builder_.emit(ir::Opcode::read_word, ir::Type::i64, ir::Type::none, i)}};
  }
  void set_word(std::size_t i, V<u64> value) {
    builder_.emit(ir::Opcode::write_word, ir::Type::none, ir::Type::i64, i, value.handle.id);
  }

  template <class T>
  V<T> load(V<u64> address) {
    return {{&builder_, builder_.emit(ir::Opcode::load, ir::type_of<T>(), ir::Type::i64, 0, address.handle.id)}};
  }
  template <class T>
  void store(V<u64> address, V<T> value) {
    builder_.emit(ir::Opcode::store, ir::Type::none, {address.handle.id, value.handle.id});
  }
  template <class T>
  V<T> load_reserved(V<u64> address) { return made<T>(ir::Opcode::load_reserved, {address.handle.id}); }
  template <class T>
  V<u64> store_conditional(V<u64> address, V<T> value) {
    return made<u64>(ir::Opcode::store_conditional, {address.handle.id, value.handle.id});
  }
  template <class T, class Change>
  V<T> update(V<u64> address, Change change) {
    V<T> old = made<T>(ir::Opcode::load_update, {address.handle.id});
    V<T> changed = change(old);
    builder_.emit(ir::Opcode::store_update, ir::Type::none, {address.handle.id, changed.handle.id});
    return old;
  }

  void trap_if(V<bool> condition, StopKind kind) {
    builder_.emit(ir::Opcode::trap_if, ir::Type::none, {condition.handle.id}, u64(kind));
  }
  void trap(StopKind kind) {
    const ir::ValueId here = builder_.emit(ir::Opcode::trap, ir::Type::none, {}, u64(kind));
    if (!trapped_) trapped_ = here;
  }

  u64 pc() const { return pc_; }
  u64 length() const { return length_; }
  V<u64> retired() { return made<u64>(ir::Opcode::retired, {}); }

  void jump_if(V<bool> condition, u64 target) {
    condition_ = condition;
    // A branch forward is rarely taken, one backward is a loop's end: the block goes on where the run does.
    forward_ = static_cast<i64>(target - pc_) > 0;
    target_ = constant<u64>(target);
  }
  void jump(V<u64> target) { target_ = target; }

  void synchronize_code() { builder_.emit(ir::Opcode::synchronize_code, ir::Type::none, {}); }

  template <meaning::FloatOperation operation, class R, class... T>
  meaning::WithFlags<Arithmetic, R> floating(V<u8> rounding, V<T>... operands) {
    auto result = Arithmetic::floating<operation, R>(rounding.handle, operands.handle...);
    return {{result.value}, {result.flags}};
  }
  void raise(V<u8> flags) { builder_.emit(ir::Opcode::raise_flags, ir::Type::none, {flags.handle.id}, fcsr_word); }

  void changes_variant() { changes_variant_ = true; }
  u8 known_rounding() {
    asked_rounding_ = true;
    return rounding_;
  }
  /// Whether what was lifted depends on the rounding mode in force.
  bool asked_rounding() const { return asked_rounding_; }

 private:
  template <class T>
  V<T> made(ir::Opcode opcode, std::initializer_list<ir::ValueId> operands, u64 immediate = 0) {
    return {{&builder_, builder_.emit(opcode, ir::type_of<T>(), operands, immediate)}};
  }

  ir::Builder& builder_;
  u64 pc_;
  u64 length_;
  u8 rounding_;
  bool forward_ = false;
  bool changes_variant_ = false;
  bool asked_rounding_ = false;
  std::optional<V<bool>> condition_;
  std::optional<V<u64>> target_;
  std::optional<ir::ValueId> trapped_;
};

}  // namespace diptych::riscv64

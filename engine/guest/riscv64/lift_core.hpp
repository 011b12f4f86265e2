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
      builder_.emit<ir::Opcode::exit_if>(ir::Type::none, ir::Type::i64, 0, condition_->handle.id, target_->handle.id);
      return !builder_.ended();
    }
    if (condition_) {
      const V<u64> next = constant<u64>(pc_ + length_);
      builder_.emit<ir::Opcode::branch>(ir::Type::none, ir::Type::i64, 0, condition_->handle.id, target_->handle.id, next.handle.id);
      return false;
    }
    if (changes_variant_ && !target_) target_ = constant<u64>(pc_ + length_);
    if (target_) builder_.emit<ir::Opcode::exit>(ir::Type::none, ir::Type::i64, 0, target_->handle.id);
    return !target_;
  }

  template <class T>
  V<T> constant(T value) { return {Arithmetic::constant(builder_, value)}; }

  V<u64> word(std::size_t i) { return made<u64, ir::Opcode::read_word>(ir::Type::none, i); }
  void set_word(std::size_t i, V<u64> value) {
    builder_.emit<ir::Opcode::write_word>(ir::Type::none, ir::Type::i64, i, value.handle.id);
  }

  template <class T>
  V<T> load(V<u64> address) { return made<T, ir::Opcode::load>(ir::Type::i64, 0, address.handle.id); }
  template <class T>
  void store(V<u64> address, V<T> value) {
    builder_.emit<ir::Opcode::store>(ir::Type::none, ir::type_of<T>(), 0, address.handle.id, value.handle.id);
  }
  template <class T>
  V<T> load_reserved(V<u64> address) { return made<T, ir::Opcode::load_reserved>(ir::Type::i64, 0, address.handle.id); }
  template <class T>
  V<u64> store_conditional(V<u64> address, V<T> value) {
    return made<u64, ir::Opcode::store_conditional>(ir::type_of<T>(), 0, address.handle.id, value.handle.id);
  }
  template <class T, class Change>
  V<T> update(V<u64> address, Change change) {
    V<T> old = made<T, ir::Opcode::load_update>(ir::Type::i64, 0, address.handle.id);
    V<T> changed = change(old);
    builder_.emit<ir::Opcode::store_update>(ir::Type::none, ir::type_of<T>(), 0, address.handle.id, changed.handle.id);
    return old;
  }

  void trap_if(V<bool> condition, StopKind kind) {
    builder_.emit<ir::Opcode::trap_if>(ir::Type::none, ir::Type::i1, u64(kind), condition.handle.id);
    if (builder_.ended()) stop_behind(builder_.last());
  }
  void trap(StopKind kind) { stop_behind(builder_.emit<ir::Opcode::trap>(ir::Type::none, ir::Type::none, u64(kind))); }

  u64 pc() const { return pc_; }
  u64 length() const { return length_; }
  V<u64> retired() { return made<u64, ir::Opcode::retired>(ir::Type::none, 0); }

  void jump_if(V<bool> condition, u64 target) {
    condition_ = condition;
    // A branch forward is rarely taken, one backward is a loop's end: the block goes on where the run does.
    forward_ = static_cast<i64>(target - pc_) > 0;
    target_ = constant<u64>(target);
  }
  void jump(V<u64> target) { target_ = target; }

  void synchronize_code() { builder_.emit<ir::Opcode::synchronize_code>(ir::Type::none, ir::Type::none, 0); }

  template <meaning::FloatOperation operation, class R, class... T>
  meaning::WithFlags<Arithmetic, R> floating(V<u8> rounding, V<T>... operands) {
    auto result = Arithmetic::floating<operation, R>(rounding.handle, operands.handle...);
    return {{result.value}, {result.flags}};
  }
  void raise(V<u8> flags) {
    builder_.emit<ir::Opcode::raise_flags>(ir::Type::none, builder_.type_of(flags.handle.id), fcsr_word, flags.handle.id);
  }

  void changes_variant() { changes_variant_ = true; }
  u8 known_rounding() {
    asked_rounding_ = true;
    return rounding_;
  }
  /// Whether what was lifted depends on the rounding mode in force.
  bool asked_rounding() const { return asked_rounding_; }

 private:
  template <class T, ir::Opcode opcode, class... Operands>
  V<T> made(ir::Type operand_type, u64 immediate, Operands... operands) {
    return {{&builder_, builder_.emit<opcode>(ir::type_of<T>(), operand_type, immediate, operands...)}};
  }
  void stop_behind(ir::ValueId trap) {
    if (!trapped_) trapped_ = trap;
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

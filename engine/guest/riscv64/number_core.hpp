// The core under Vocabulary that computes with plain numbers and takes effect on a hart at once.
//
// It lives for one instruction. Whether that has stopped is a member of a local object, so that in
// rows that cannot stop the compiler drops every check of it.
#pragma once

#include "engine/guest/hart.hpp"
#include "engine/guest/riscv64/table.hpp"
#include "engine/meaning/numbers.hpp"
#include "engine/meaning/value.hpp"

namespace diptych::riscv64 {

class NumberCore {
 public:
  using Arithmetic = meaning::Numbers;
  template <class T>
  using V = meaning::Value<Arithmetic, T>;

  NumberCore(Hart& hart, const Decoded& decoded)
      : hart_(hart), pc_(hart.state.words[pc_word]), length_(decoded.length), next_(pc_ + decoded.length) {}

  /// Makes the PC the next one's, if nothing stopped. Returns whether the instruction retired.
  bool finish() {
    if (stopped_) [[unlikely]]
      return false;
    hart_.state.words[pc_word] = next_;
    ++hart_.retired;
    return true;
  }

  /// Whether the instruction has stopped, so that nothing more of it takes effect.
  bool stopped() const { return stopped_; }

  template <class T>
  V<T> constant(T value) { return {value}; }

  V<u64> word(std::size_t i) { return {hart_.state.words[i]}; }
  void set_word(std::size_t i, V<u64> value) {
    if (!stopped_) hart_.state.words[i] = value.handle;
  }

  template <class T>
  V<T> load(V<u64> address) {
    T value{};
    if (const u8* host = hart_.memory.reach(address.handle, sizeof(T), Access::read)) [[likely]] {
      std::memcpy(&value, host, sizeof(T));
    } else {
      u64 unreachable = 0;
      if (!hart_.memory.read_across(address.handle, &value, sizeof(T), unreachable)) fault(Access::read, unreachable);
    }
    return {value};
  }

  template <class T>
  void store(V<u64> address, V<T> value) {
    if (stopped_) return;
    if (u8* host = hart_.memory.reach(address.handle, sizeof(T), Access::write)) [[likely]] {
      std::memcpy(host, &value.handle, sizeof(T));
    } else {
      u64 unreachable = 0;
      if (!hart_.memory.write_across(address.handle, &value.handle, sizeof(T), unreachable))
        return fault(Access::write, unreachable);
    }
    if (hart_.memory.reach(address.handle, 1, Access::execute) ||
        hart_.memory.reach(address.handle + sizeof(T) - 1, 1, Access::execute)) [[unlikely]]
      hart_.code_written = Range{address.handle, sizeof(T)};
  }

  template <class T>
  V<T> load_reserved(V<u64> address) {
    if (!aligned<T>(address.handle, Access::read)) return {T{}};
    V<T> value = load<T>(address);
    if (!stopped_) hart_.reservation = Reservation{address.handle, static_cast<u64>(i64{value.handle})};
    return value;
  }

  template <class T>
  V<u64> store_conditional(V<u64> address, V<T> value) {
    if (!aligned<T>(address.handle, Access::write)) return {1};
    const std::optional<Reservation> reservation = hart_.reservation;
    u8* host = nullptr;
    if (reservation && reservation->address == address.handle) {
      host = hart_.memory.reach(address.handle, sizeof(T), Access::write);
      if (!host) {
        fault(Access::write, address.handle);
        return {1};
      }
    }
    hart_.reservation.reset();
    if (!host) return {1};
    T held{};
    std::memcpy(&held, host, sizeof(T));
    if (static_cast<u64>(i64{held}) != reservation->value) return {1};
    store(address, value);
    return {0};
  }

  template <class T, class Change>
  V<T> update(V<u64> address, Change change) {
    if (!aligned<T>(address.handle, Access::write)) return {T{}};
    // One access that reads and writes: where either is refused, the write is what is reported.
    const u8* host = hart_.memory.reach(address.handle, sizeof(T), Access::read | Access::write);
    if (!host) {
      fault(Access::write, address.handle);
      return {T{}};
    }
    T old{};
    std::memcpy(&old, host, sizeof(T));
    store(address, V<T>{change(V<T>{old})});
    return {old};
  }

  void trap_if(V<bool> condition, StopKind kind) {
    if (condition.handle) trap(kind);
  }
  void trap(StopKind kind) { stop({.kind = kind}); }

  Hart& hart() { return hart_; }
  u64 pc() const { return pc_; }
  u64 length() const { return length_; }
  V<u64> retired() { return {hart_.retired}; }

  void jump_if(V<bool> condition, u64 target) {
    if (condition.handle) next_ = target;
  }
  void jump(V<u64> target) { next_ = target.handle; }

  /// Stores already drop what was decoded from the bytes they change.
  void synchronize_code() {}

  void changes_variant() {}

  template <meaning::FloatOperation operation, class R, class... T>
  meaning::WithFlags<Arithmetic, R> floating(V<u8> rounding, V<T>... operands) {
    auto result = Arithmetic::floating<operation, R>(rounding.handle, operands.handle...);
    return {{result.value}, {result.flags}};
  }
  void raise(V<u8> flags) { set_word(fcsr_word, {hart_.state.words[fcsr_word] | flags.handle}); }

 private:
  void stop(Stop why) {
    if (stopped_) return;  // the first one counts
    hart_.stop = why;
    stopped_ = true;
  }
  void fault(Access access, u64 address) { stop({StopKind::fault, access, address}); }

  template <class T>
  bool aligned(u64 address, Access access) {
    if (address % sizeof(T) == 0) return true;
    stop({StopKind::misaligned, access, address});
    return false;
  }

  Hart& hart_;
  u64 pc_;
  u64 length_;
  u64 next_;
  bool stopped_ = false;
};

}  // namespace diptych::riscv64

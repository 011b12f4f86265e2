// The words RISC-V meanings are written in, over any core.
//
// A core says what holds the state and what an effect is; this says what `x`, `s`, `branch` or `csr`
// mean in those terms, once. A core provides, for its Arithmetic A:
//   word(i), set_word(i, value)         a word of GuestState
//   constant<T>(v)
//   load<T>(address), store(address, value)
//   load_reserved<T>(address), store_conditional(address, value) -> 0 or 1
//   update<T>(address, change)          atomic read, change, write; gives the old value
//   trap_if(condition, stop kind), trap(stop kind)
//   pc(), length()                      of this instruction, constants
//   jump_if(condition, target), jump(target)
//   retired()                           instructions before this one; what it tells is left open
//   synchronize_code()
//   floating<Operation, R>(rounding, operands...) -> WithFlags
//   raise(flags)                        adds what a floating-point operation raised to fcsr
//   changes_variant()                   this instruction may change what following ones are specialised on
//   known_rounding()                    only where code is made for one rounding mode in force: that mode
#pragma once

#include "engine/floating/formats.hpp"
#include "engine/guest/riscv64/registers.hpp"
#include "engine/machine/stop.hpp"
#include "engine/meaning/value.hpp"

#include <type_traits>

namespace diptych::riscv64 {

using meaning::FloatOperation;
using meaning::Value;

/// Unprivileged control and status registers.
enum Csr : u16 { csr_fflags = 0x001, csr_frm = 0x002, csr_fcsr = 0x003, csr_cycle = 0xc00, csr_time = 0xc01, csr_instret = 0xc02, csr_last_counter = 0xc1f };

constexpr bool csr_exists(u16 csr) {
  return csr == csr_fflags || csr == csr_frm || csr == csr_fcsr || csr == csr_cycle || csr == csr_time || csr == csr_instret;
}
constexpr bool csr_read_only(u16 csr) { return (csr >> 10) == 3; }

constexpr u32 canonical_nan_s = 0x7fc00000;
constexpr u64 canonical_nan_d = 0x7ff8000000000000;
constexpr u64 boxed = 0xffffffff00000000;

template <class F>
using BitsOf = std::conditional_t<sizeof(F) == 4, u32, u64>;
template <class F>
constexpr BitsOf<F> sign_bit = BitsOf<F>{1} << (sizeof(F) * 8 - 1);

/// What becomes of the sign in FSGNJ, FSGNJN and FSGNJX.
enum class SignChange : u8 { copy, invert, exclusive_or };

template <class Core>
class Vocabulary : public Core {
 public:
  using A = typename Core::Arithmetic;
  template <class T>
  using V = Value<A, T>;
  using Core::Core;
  using Core::trap;
  using Core::trap_if;

  // Integer registers.

  V<u64> x(unsigned r) { return r == 0 ? this->template constant<u64>(0) : this->word(x_word + r); }

  /// Narrower values are extended by their type's sign, comparisons become 0 or 1.
  template <class T>
  void x(unsigned r, V<T> value) {
    if (r != 0) this->set_word(x_word + r, meaning::to<u64>(value));
  }
  template <std::integral T>
  void x(unsigned r, T constant) {
    x(r, this->template constant<u64>(static_cast<u64>(constant)));
  }

  V<u32> trailing_zeros_of_word(V<u64> value) { return meaning::trailing_zeros(meaning::to<u32>(value)); }

  // Control.

  u64 next() { return this->pc() + this->length(); }
  void branch(V<bool> condition, i64 offset) { this->jump_if(condition, this->pc() + static_cast<u64>(offset)); }
  void jump_to(i64 offset) { this->jump(this->template constant<u64>(this->pc() + static_cast<u64>(offset))); }
  /// To an address from a register: bit 0 is dropped, as JALR says.
  void jump_indirect(V<u64> target) { this->jump(target & ~u64{1}); }
  void illegal() { trap(StopKind::illegal); }
  void breakpoint() { trap(StopKind::breakpoint); }
  void system_call() { trap(StopKind::system_call); }

  // Floating-point registers. A single is held in a double's register with all upper bits set; what is
  // not boxed so is read as the canonical NaN.

  V<u64> f(unsigned r) { return this->word(f_word + r); }
  void f(unsigned r, V<u64> bits) { this->set_word(f_word + r, bits); }

  V<f64> d(unsigned r) { return meaning::reinterpret<f64>(f(r)); }
  void d(unsigned r, V<f64> value) { f(r, meaning::reinterpret<u64>(value)); }

  V<f32> s(unsigned r) {
    auto raw = f(r);
    return meaning::reinterpret<f32>(
        meaning::select(meaning::to<u32>(raw >> 32) == 0xffffffff, meaning::to<u32>(raw), canonical_nan_s));
  }
  void s(unsigned r, V<f32> value) { s_bits(r, meaning::reinterpret<u32>(value)); }
  void s_bits(unsigned r, V<u32> bits) { f(r, meaning::to<u64>(bits) | boxed); }
  /// A single from the low half of an integer register.
  void s_from(unsigned r, V<u64> integer) { s_bits(r, meaning::to<u32>(integer)); }

  /// Read or write a register of either format by the type asked for.
  template <class F>
  V<F> floating_register(unsigned r) {
    if constexpr (std::is_same_v<F, f32>) return s(r);
    else return d(r);
  }
  template <class F>
  void floating_register(unsigned r, V<F> value) {
    if constexpr (std::is_same_v<F, f32>) s(r, value);
    else d(r, value);
  }

  // Floating-point arithmetic. Each raises its flags in fcsr.

  /// The rounding mode an instruction asks for: its own, or the one in fcsr. Reserved ones are illegal.
  V<u8> rounding(unsigned rm) {
    if (rm < 5) return this->template constant<u8>(static_cast<u8>(rm));
    if (rm != 7) {
      illegal();
      return this->template constant<u8>(0);
    }
    if constexpr (requires { this->known_rounding(); }) {
      const u8 known = this->known_rounding();
      if (known >= 5) illegal();
      return this->template constant<u8>(known);
    } else {
      auto dynamic = meaning::to<u8>((this->word(fcsr_word) >> 5) & 7);
      trap_if(dynamic >= 5, StopKind::illegal);
      return dynamic;
    }
  }

  template <FloatOperation operation, class R, class... T>
  V<R> compute(V<u8> rounding, V<T>... operands) {
    auto result = this->template floating<operation, R>(rounding, operands...);
    this->raise(result.flags);
    return result.value;
  }
  /// For operations that never round.
  template <FloatOperation operation, class R, class... T>
  V<R> compute(V<T>... operands) {
    return compute<operation, R>(this->template constant<u8>(0), operands...);
  }

  template <class F>
  V<F> fused(V<u8> rounding, V<F> a, V<F> b, V<F> c) {
    return compute<FloatOperation::fused_multiply_add, F>(rounding, a, b, c);
  }

  template <class F>
  V<F> negate(V<F> value) {
    return meaning::reinterpret<F>(meaning::reinterpret<BitsOf<F>>(value) ^ sign_bit<F>);
  }

  /// FSGNJ and its kin: the first operand's magnitude, and a sign made of both.
  template <class F, SignChange change>
  void inject_sign(unsigned rd, unsigned rs1, unsigned rs2) {
    auto bits = meaning::reinterpret<BitsOf<F>>(floating_register<F>(rs1));
    auto sign = meaning::reinterpret<BitsOf<F>>(floating_register<F>(rs2)) & sign_bit<F>;
    if constexpr (change == SignChange::exclusive_or) bits = bits ^ sign;
    else bits = (bits & ~sign_bit<F>) | (change == SignChange::invert ? sign ^ sign_bit<F> : sign);
    floating_register<F>(rd, meaning::reinterpret<F>(bits));
  }

  // Memory holds the lesser or greater of itself and the operand's low bits; gives what it held before.

  template <class T>
  V<T> fetch_lesser(V<u64> address, V<u64> operand) {
    return this->template update<T>(address, [&](V<T> old) { return meaning::lesser(old, meaning::to<T>(operand)); });
  }
  template <class T>
  V<T> fetch_greater(V<u64> address, V<u64> operand) {
    return this->template update<T>(address, [&](V<T> old) { return meaning::greater(old, meaning::to<T>(operand)); });
  }

  // Control and status registers.

  /// Whether an access is legal. `writes` is known from the operands alone; `operand` is the register a
  /// CSRRS or CSRRC takes its bits from, nullptr in the other forms.
  bool csr_permits(u16 number, bool writes, const V<u64>*) {
    return csr_exists(number) && !(writes && csr_read_only(number));
  }
  V<u64> csr(u16 number) {
    auto fcsr = this->word(fcsr_word);
    if (number == csr_fflags) return fcsr & 0x1f;
    if (number == csr_frm) return (fcsr >> 5) & 7;
    if (number == csr_fcsr) return fcsr & 0xff;
    return this->retired();  // cycle, time and instret count alike: the guest's only clock is its own
  }
  void csr(u16 number, V<u64> value) {
    if (number == csr_frm || number == csr_fcsr) this->changes_variant();
    auto fcsr = this->word(fcsr_word);
    if (number == csr_fflags) this->set_word(fcsr_word, (fcsr & ~u64{0x1f}) | (value & 0x1f));
    if (number == csr_frm) this->set_word(fcsr_word, (fcsr & ~u64{0xe0}) | ((value & 7) << 5));
    if (number == csr_fcsr) this->set_word(fcsr_word, value & 0xff);
  }
};

}  // namespace diptych::riscv64

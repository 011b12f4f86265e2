// The vocabulary with the known deviations of other implementations bent into it, over any core that
// computes with numbers: see deviation.hpp.
#pragma once

#include "engine/floating/environment.hpp"
#include "engine/floating/formats.hpp"
#include "engine/guest/riscv64/deviation.hpp"
#include "engine/guest/riscv64/vocabulary.hpp"

#include <bit>
#include <type_traits>

namespace diptych::riscv64 {

template <class Core>
class DeviantVocabulary : public Vocabulary<Core> {
 public:
  using Base = Vocabulary<Core>;
  template <class T>
  using V = typename Base::template V<T>;

  using Base::Base;
  using Base::compute;
  using Base::csr;
  using Base::d;
  using Base::f;
  using Base::s;

  // Registers.

  V<f32> s(unsigned r) {
    V<f32> checked = Base::s(r);
    return bend(Deviation::singles_unchecked, !is_boxed(number(f(r))), checked, f32{static_cast<u32>(number(f(r)))});
  }
  void s(unsigned r, V<f32> value) {
    Base::s(r, value);
    f(r, bend(Deviation::singles_unboxed, true, f(r), number(f(r)) & ~boxed));
  }
  void s_from(unsigned r, V<u64> integer) {
    Base::s_from(r, integer);
    f(r, bend(Deviation::integer_moved_whole, !is_boxed(number(integer)), f(r), number(integer)));
  }
  template <class F>
  V<F> floating_register(unsigned r) {
    if constexpr (std::is_same_v<F, f32>) return s(r);
    else return d(r);
  }

  // Arithmetic.

  V<u32> trailing_zeros_of_word(V<u64> value) {
    V<u32> right = Base::trailing_zeros_of_word(value);
    const bool counts_on = static_cast<u32>(number(value)) == 0 && number(value) != 0;
    return bend(Deviation::word_zeros_wide, counts_on, right, u32(std::countr_zero(number(value))));
  }

  // Whole registers, as their double-length forms would: equal sources take a shorter way.
  template <class F, SignChange change>
  void inject_sign(unsigned rd, unsigned rs1, unsigned rs2) {
    const u64 a = number(f(rs1)), b = number(f(rs2));
    Base::template inject_sign<F, change>(rd, rs1, rs2);
    if constexpr (std::is_same_v<F, f32>) {
      constexpr u64 sign = 0xffffffff80000000;  // the 32-bit sign, sign-extended as a 64-bit constant
      u64 wrong = (a & 0x7fffffff) | (b & ~u64{0x7fffffff});
      if (rs1 == rs2) wrong = a;
      if (change == SignChange::invert) wrong = rs1 == rs2 ? a ^ sign : (a & 0x7fffffff) | (~b & ~u64{0x7fffffff});
      if (change == SignChange::exclusive_or) wrong = rs1 == rs2 ? a & 0x7fffffff : a ^ (b & sign);
      f(rd, bend(Deviation::signs_whole, !is_boxed(a) || !is_boxed(b) || !is_boxed(wrong), f(rd), wrong));
    }
  }

  template <FloatOperation operation, class R, class F>
    requires(operation == FloatOperation::minimum || operation == FloatOperation::maximum)
  V<R> compute(V<F> a, V<F> b) {
    V<R> right = Base::template compute<operation, R>(a, b);
    if (!floating::is_signalling(number(a)) && !floating::is_signalling(number(b))) return right;
    const bool one_number = !floating::is_nan(number(a)) || !floating::is_nan(number(b));
    return bend(Deviation::minimum_of_signalling, one_number, right, canonical<R>());
  }

  template <class F>
  V<F> fused(V<u8> rounding, V<F> a, V<F> b, V<F> c) {
    using namespace floating;
    const bool undecided =
        (is_infinite(number(a)) && is_zero(number(b))) || (is_zero(number(a)) && is_infinite(number(b)));
    if (!undecided || !is_nan(number(c)) || is_signalling(number(c)) || !follows(Deviation::fused_invalid_lost))
      return Base::fused(rounding, a, b, c);
    // A flag that is up already is not missed.
    if (!(this->hart().state.words[fcsr_word] & flag::invalid)) matters(Deviation::fused_invalid_lost);
    return instead(c, canonical<F>());
  }

  // Memory.

  template <class T>
  void store(V<u64> address, V<T> value) {
    const u64 first = number(address), page_end = (first | (page_size - 1)) + 1;
    const bool crosses = page_end - first < sizeof(T);
    if (crosses && follows(Deviation::store_torn)) {
      Hart& hart = this->hart();
      u64 reached = 0;
      while (reached < sizeof(T) && hart.memory.reach(first + reached, 1, Access::write)) ++reached;
      if (reached < sizeof(T) && reached >= page_end - first) {
        matters(Deviation::store_torn);
        for (u64 i = 0; i < page_end - first; ++i)
          Base::store(address + i, meaning::to<u8>(meaning::reinterpret<std::make_unsigned_t<T>>(value) >> (8 * i)));
      }
    }
    Base::store(address, value);
  }

  template <class T>
  V<T> fetch_lesser(V<u64> address, V<u64> operand) {
    return fetch<T>(address, operand, [](auto a, auto b) { return a < b; });
  }
  template <class T>
  V<T> fetch_greater(V<u64> address, V<u64> operand) {
    return fetch<T>(address, operand, [](auto a, auto b) { return a > b; });
  }

  template <class T>
  V<u64> store_conditional(V<u64> address, V<T> value) {
    Hart& hart = this->hart();
    const bool reserved = hart.reservation && hart.reservation->address == number(address);
    if (reserved && sizeof(T) == 4 && follows(Deviation::word_of_doubleword)) {
      // What the doubleword's sign extension tells from the word makes the outcome a failure.
      const u64 held = hart.reservation->value;
      const bool is_word = held == static_cast<u64>(i64{static_cast<i32>(held)});
      if (!is_word && number(this->template load<i32>(address)) == static_cast<i32>(held)) {
        hart.reservation.reset();
        Base::store(address, value);
        matters(Deviation::word_of_doubleword);
        return this->template constant<u64>(1);
      }
    }
    // No reservation is kept as one of the highest address, which then is checked as a reserved one is.
    const bool taken_for_reserved = !hart.reservation && number(address) == ~u64{0};
    if (reserved || taken_for_reserved || number(address) % sizeof(T) == 0 || !follows(Deviation::failed_sc_unaligned))
      return Base::store_conditional(address, value);
    matters(Deviation::failed_sc_unaligned);
    hart.reservation.reset();
    return this->template constant<u64>(1);
  }

  // Control and status registers.

  bool csr_permits(u16 number_of, bool writes, const V<u64>* operand) {
    if (number_of == csr_time && follows(Deviation::time_missing)) {
      matters(Deviation::time_missing);
      return false;
    }
    const bool other = number_of > csr_instret && number_of <= csr_last_counter;
    const bool exists = csr_exists(number_of) || (other && follows(Deviation::other_counters_zero));
    bool refused = writes && csr_read_only(number_of);
    if (exists && refused && operand && number(*operand) == 0 && follows(Deviation::counter_write_of_zero)) {
      matters(Deviation::counter_write_of_zero);
      refused = false;
    }
    if (exists && !refused && other) matters(Deviation::other_counters_zero);
    return exists && !refused;
  }
  V<u64> csr(u16 number_of) {
    return number_of > csr_instret ? this->template constant<u64>(0) : Base::csr(number_of);
  }

 private:
  // A value's number, and another number in its place: as open, where the core tells, as it was.
  template <class T>
  static T number(V<T> value) {
    if constexpr (requires { value.handle.open; }) return value.handle.value;
    else return value.handle;
  }
  template <class T>
  static V<T> instead(V<T> value, std::type_identity_t<T> other) {
    if constexpr (requires { value.handle.open; }) return {{other, value.handle.open}};
    else return {other};
  }

  static bool is_boxed(u64 number) { return (number & boxed) == boxed; }

  bool follows(Deviation deviation) { return (this->hart().deviations.followed >> unsigned(deviation)) & 1; }
  void matters(Deviation deviation) { this->hart().deviations.mattered |= u64{1} << unsigned(deviation); }

  // The manual's answer, or the other one where that is followed. Whether they differ is decided by the operands: a
  // faulty row may give the wrong one here too, and the deviation matters all the same.
  template <class T>
  V<T> bend(Deviation deviation, bool differs, V<T> right, std::type_identity_t<T> wrong) {
    if (!follows(deviation) || !differs) return right;
    matters(deviation);
    return instead(right, wrong);
  }

  template <class F>
  static F canonical() {
    if constexpr (std::is_same_v<F, f32>) return {canonical_nan_s};
    else return {canonical_nan_d};
  }

  // The word in memory, zero-extended whatever the comparison, against the operand's 64 bits.
  template <class T, class Before>
  V<T> fetch(V<u64> address, V<u64> operand, Before before) {
    return this->template update<T>(address, [&](V<T> old) {
      V<T> narrow = meaning::to<T>(operand);
      V<T> right = meaning::select(old < narrow, old, narrow);
      if (!before(T{0}, T{1})) right = meaning::select(narrow < old, old, narrow);
      if (sizeof(T) == 8) return right;
      using Wide = std::conditional_t<std::is_signed_v<T>, i64, u64>;
      const Wide wide_old = static_cast<Wide>(static_cast<std::make_unsigned_t<T>>(number(old)));
      const Wide wide_operand = static_cast<Wide>(number(operand));
      const T chosen = before(wide_old, wide_operand) ? number(old) : number(narrow);
      const bool differs = chosen != (before(number(old), number(narrow)) ? number(old) : number(narrow));
      return bend(Deviation::word_minimum_wide, differs, right, chosen);
    });
  }
};

}  // namespace diptych::riscv64

#include "engine/guest/riscv64/deviation.hpp"

#include "engine/floating/formats.hpp"
#include "engine/guest/riscv64/number_core.hpp"
#include "engine/guest/riscv64/rows/all.hpp"
#include "engine/guest/riscv64/vocabulary.hpp"

#include <algorithm>
#include <bit>

namespace diptych::riscv64 {
namespace {

class DeviantVocabulary : public Vocabulary<NumberCore> {
 public:
  using Base = Vocabulary<NumberCore>;

  DeviantVocabulary(Hart& hart, const Decoded& decoded) : Base(hart, decoded), hart_(hart), deviations_(hart.deviations) {}

  using Base::compute;
  using Base::d;
  using Base::s;

  V<f32> s(unsigned r) {
    const f32 checked = Base::s(r).handle;
    return {bend(Deviation::singles_unchecked, checked, f32{static_cast<u32>(f(r).handle)})};
  }
  void s(unsigned r, V<f32> value) {
    const u64 low = value.handle.bits;
    f(r, {bend(Deviation::singles_unboxed, low | boxed, low)});
  }

  void s_from(unsigned r, V<u64> integer) {
    Base::s_from(r, integer);
    f(r, {bend(Deviation::integer_moved_whole, f(r).handle, integer.handle)});
  }
  V<u32> trailing_zeros_of_word(V<u64> value) {
    const u32 right = Base::trailing_zeros_of_word(value).handle;
    const u32 wrong = right == 32 && value.handle != 0 ? u32(std::countr_zero(value.handle)) : right;
    return {bend(Deviation::word_zeros_wide, right, wrong)};
  }

  template <class F>
  V<F> floating_register(unsigned r) {
    if constexpr (std::is_same_v<F, f32>) return s(r);
    else return d(r);
  }

  // Whole registers, as their double-length forms would: equal sources take a shorter way.
  template <class F, SignChange change>
  void inject_sign(unsigned rd, unsigned rs1, unsigned rs2) {
    const u64 a = f(rs1).handle, b = f(rs2).handle;
    Base::inject_sign<F, change>(rd, rs1, rs2);
    if constexpr (std::is_same_v<F, f32>) {
      constexpr u64 sign = 0xffffffff80000000;  // the 32-bit sign, sign-extended as a 64-bit constant
      u64 wrong = (a & 0x7fffffff) | (b & ~u64{0x7fffffff});
      if (change == SignChange::invert) wrong = rs1 == rs2 ? a ^ sign : (a & 0x7fffffff) | (~b & ~u64{0x7fffffff});
      if (change == SignChange::exclusive_or) wrong = rs1 == rs2 ? a & ~sign : a ^ (b & sign);
      f(rd, {bend(Deviation::signs_whole, f(rd).handle, wrong)});
    }
  }

  template <FloatOperation operation, class R, class F>
    requires(operation == FloatOperation::minimum || operation == FloatOperation::maximum)
  V<R> compute(V<F> a, V<F> b) {
    const R right = Base::compute<operation, R>(a, b).handle;
    if (!floating::is_signalling(a.handle) && !floating::is_signalling(b.handle)) return {right};
    return {bend(Deviation::minimum_of_signalling, right, canonical<R>())};
  }

  template <class F>
  V<F> fused(V<u8> rounding, V<F> a, V<F> b, V<F> c) {
    using namespace floating;
    const bool undecided = (is_infinite(a.handle) && is_zero(b.handle)) || (is_zero(a.handle) && is_infinite(b.handle));
    if (!undecided || !is_nan(c.handle) || is_signalling(c.handle) || !follows(Deviation::fused_invalid_lost))
      return Base::fused(rounding, a, b, c);
    matters(Deviation::fused_invalid_lost);
    return {canonical<F>()};
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
    const bool reserved = hart_.reservation && hart_.reservation->address == address.handle;
    if (reserved && sizeof(T) == 4 && follows(Deviation::word_of_doubleword)) {
      // What the doubleword's sign extension tells from the word makes the outcome a failure.
      const u64 held = hart_.reservation->value;
      const bool is_word = held == static_cast<u64>(i64{static_cast<i32>(held)});
      if (!is_word && load<i32>(address).handle == static_cast<i32>(held)) {
        hart_.reservation.reset();
        store(address, value);
        matters(Deviation::word_of_doubleword);
        return {1};
      }
    }
    if (reserved || address.handle % sizeof(T) == 0 || !follows(Deviation::failed_sc_unaligned))
      return Base::store_conditional(address, value);
    matters(Deviation::failed_sc_unaligned);
    hart_.reservation.reset();
    return {1};
  }

 private:
  bool follows(Deviation deviation) const { return (deviations_.followed >> unsigned(deviation)) & 1; }

  void matters(Deviation deviation) { deviations_.mattered |= u64{1} << unsigned(deviation); }

  // The manual's answer, or the other one where that is followed, and remembered if it differs.
  template <class T>
  T bend(Deviation deviation, T right, T wrong) {
    if (!follows(deviation) || right == wrong) return right;
    matters(deviation);
    return wrong;
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
      const T narrow = static_cast<T>(operand.handle);
      const T right = before(old.handle, narrow) ? old.handle : narrow;
      if (sizeof(T) == 8) return V<T>{right};
      using Wide = std::conditional_t<std::is_signed_v<T>, i64, u64>;
      const Wide wide_old = static_cast<Wide>(static_cast<std::make_unsigned_t<T>>(old.handle));
      const Wide wide_operand = static_cast<Wide>(operand.handle);
      return V<T>{bend(Deviation::word_minimum_wide, right, before(wide_old, wide_operand) ? old.handle : narrow)};
    });
  }

  Hart& hart_;
  Deviations& deviations_;
};

template <class Meaning>
struct Deviating {
  static bool function(Hart& hart, const Decoded& decoded) {
    DeviantVocabulary m(hart, decoded);
    Meaning{}(m, decoded.operands);
    return m.finish();
  }
};

constexpr auto table = make_function_table<Deviating>();

}  // namespace

std::optional<Deviation> deviation_named(std::string_view name) {
  auto found = std::ranges::find(deviation_names, name);
  if (found == deviation_names.end()) return std::nullopt;
  return Deviation(found - deviation_names.begin());
}

std::span<const Evaluate> deviant_evaluations() { return table; }

}  // namespace diptych::riscv64

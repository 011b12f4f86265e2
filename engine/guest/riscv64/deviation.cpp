#include "engine/guest/riscv64/deviation.hpp"

#include "engine/guest/riscv64/number_core.hpp"
#include "engine/guest/riscv64/rows/all.hpp"
#include "engine/guest/riscv64/vocabulary.hpp"

#include <algorithm>

namespace diptych::riscv64 {
namespace {

class DeviantVocabulary : public Vocabulary<NumberCore> {
 public:
  using Base = Vocabulary<NumberCore>;

  DeviantVocabulary(Hart& hart, const Decoded& decoded) : Base(hart, decoded), deviations_(hart.deviations) {}

  using Base::d;
  using Base::s;

  V<f32> s(unsigned r) {
    const f32 checked = Base::s(r).handle;
    return bend(Deviation::singles_unchecked, checked, f32{static_cast<u32>(f(r).handle)});
  }
  void s(unsigned r, V<f32> value) {
    const u64 low = value.handle.bits;
    f(r, bend(Deviation::singles_unboxed, low | boxed, low));
  }

  template <class F>
  V<F> floating_register(unsigned r) {
    if constexpr (std::is_same_v<F, f32>) return s(r);
    else return d(r);
  }

 private:
  bool follows(Deviation deviation) const { return (deviations_.followed >> unsigned(deviation)) & 1; }

  // The manual's answer, or the other one where that is followed, and remembered if it differs.
  template <class T>
  V<T> bend(Deviation deviation, T right, T wrong) {
    if (!follows(deviation) || right == wrong) return {right};
    deviations_.mattered |= u64{1} << unsigned(deviation);
    return {wrong};
  }

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

#include "engine/guest/riscv64/deviation.hpp"

#include "engine/guest/riscv64/deviant_vocabulary.hpp"
#include "engine/guest/riscv64/number_core.hpp"
#include "engine/guest/riscv64/rows/all.hpp"

#include <algorithm>

namespace diptych::riscv64 {
namespace {

template <class Meaning>
struct Deviating {
  static bool function(Hart& hart, const Decoded& decoded) {
    DeviantVocabulary<NumberCore> m(hart, decoded);
    Meaning{}(m, decoded.operands);
    return m.finish();
  }
};

constexpr auto table = make_function_table<Deviating>();

// Words the manual reserves, or does not grant a user, that retire all the same.
struct Retiring {
  Deviation deviation;
  u32 mask, match;
};
constexpr Retiring retiring[] = {
    {Deviation::reserved_quadrant_retires, 0xffffe003, 0x8000},
    {Deviation::reserved_arithmetic_retires, 0xfffffc43, 0x9c41},
    {Deviation::wfi_retires, 0xffffffff, 0x10500073},
};

}  // namespace

std::optional<Deviation> deviation_named(std::string_view name) {
  auto found = std::ranges::find(deviation_names, name);
  if (found == deviation_names.end()) return std::nullopt;
  return Deviation(found - deviation_names.begin());
}

std::span<const Evaluate> deviant_evaluations() { return table; }

u64 deviations_of_word(u32 word) {
  u64 deviations = 0;
  for (const Retiring& one : retiring)
    if ((word & one.mask) == one.match) deviations |= u64{1} << unsigned(one.deviation);
  return deviations;
}

bool deviant_illegal(Hart& hart, const Decoded& decoded) {
  for (const Retiring& word : retiring)
    if ((decoded.word & word.mask) == word.match && ((hart.deviations.followed >> unsigned(word.deviation)) & 1)) {
      hart.deviations.mattered |= u64{1} << unsigned(word.deviation);
      hart.state.words[pc_word] += decoded.length;
      ++hart.retired;
      return true;
    }
  return evaluate_illegal(hart, decoded);
}

}  // namespace diptych::riscv64

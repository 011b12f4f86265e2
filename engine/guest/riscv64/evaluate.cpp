#include "engine/guest/riscv64/evaluate.hpp"

#include "engine/guest/riscv64/number_core.hpp"
#include "engine/guest/riscv64/rows/all.hpp"
#include "engine/guest/riscv64/vocabulary.hpp"

namespace diptych::riscv64 {
namespace {

template <class Meaning>
struct Evaluation {
  static bool function(Hart& hart, const Decoded& decoded) {
    Vocabulary<NumberCore> m(hart, decoded);
    Meaning{}(m, decoded.operands);
    return m.finish();
  }
};

constexpr auto table = make_function_table<Evaluation>();

}  // namespace

std::span<const Evaluate> evaluations() { return table; }

bool evaluate_illegal(Hart& hart, const Decoded&) {
  hart.stop = {.kind = StopKind::illegal};
  return false;
}

}  // namespace diptych::riscv64

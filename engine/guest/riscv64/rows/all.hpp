// Every row of RV64GC with Zba, Zbb and Zbs, in one order that all tables share.
#pragma once

#include "engine/guest/riscv64/registers.hpp"
#include "engine/guest/riscv64/rows/atomic.hpp"
#include "engine/guest/riscv64/rows/base.hpp"
#include "engine/guest/riscv64/rows/bits.hpp"
#include "engine/guest/riscv64/rows/compressed.hpp"
#include "engine/guest/riscv64/rows/control.hpp"
#include "engine/guest/riscv64/rows/double.hpp"
#include "engine/guest/riscv64/rows/multiply.hpp"
#include "engine/guest/riscv64/rows/single.hpp"

#include <array>
#include <utility>

namespace diptych::riscv64 {

template <class T, std::size_t... sizes>
constexpr auto concatenate(const std::array<T, sizes>&... parts) {
  std::array<T, (sizes + ...)> all{};
  std::size_t at = 0;
  ((
       [&] {
         for (const T& item : parts) all[at++] = item;
       }()),
   ...);
  return all;
}

/// One item a row, in the table's order. `insn_for(extension)` gives what the rows of that extension
/// are made with: a callable that takes the form, the encoding and the meaning, with a member
/// `special` that takes the same for rows allowed to lie within another.
template <class InsnFor>
constexpr auto make_table(InsnFor insn_for) {
  return concatenate(base_rows(insn_for(Extension::I)), multiply_rows(insn_for(Extension::M)),
                     atomic_rows(insn_for(Extension::A)), single_rows(insn_for(Extension::F)),
                     double_rows(insn_for(Extension::D)), compressed_rows(insn_for(Extension::C)),
                     csr_rows(insn_for(Extension::Zicsr)), fence_rows(insn_for(Extension::Zifencei)),
                     address_rows(insn_for(Extension::Zba)), bit_rows(insn_for(Extension::Zbb)),
                     single_bit_rows(insn_for(Extension::Zbs)));
}

/// A table of one function a row: `Of<Meaning>::function`, instantiated with the row's meaning.
template <template <class> class Of>
struct FunctionOf {
  template <class Meaning>
  constexpr auto operator()(std::string_view, std::string_view, Meaning) const {
    return &Of<Meaning>::function;
  }
  template <class Meaning>
  constexpr auto special(std::string_view, std::string_view, Meaning) const {
    return &Of<Meaning>::function;
  }
};

template <template <class> class Of>
constexpr auto make_function_table() {
  return make_table([](Extension) { return FunctionOf<Of>{}; });
}

}  // namespace diptych::riscv64

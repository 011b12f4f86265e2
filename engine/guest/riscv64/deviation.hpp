// Ways in which other implementations are known to part from the manual, each as a bend in the
// vocabulary the rows are written in. With these on, the evaluator gives their wrong answers exactly;
// so a comparison with such an implementation stays exact where it is wrong.
#pragma once

#include "engine/guest/riscv64/evaluate.hpp"
#include "engine/guest/hart.hpp"

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace diptych::riscv64 {

enum class Deviation : u8 {
  singles_unchecked,      ///< a single is read from the low half of its register, boxed or not
  singles_unboxed,        ///< a computed single is written with zeros above it
  signs_whole,            ///< FSGNJ.S and its kin work on whole registers, upper halves included
  minimum_of_signalling,  ///< FMIN and FMAX with a signalling NaN give the canonical NaN
  fused_invalid_lost,     ///< infinity * 0 + quiet NaN does not raise the invalid flag
  integer_moved_whole,    ///< FMV.W.X moves all 64 bits
  word_minimum_wide,      ///< AMOMIN[U].W and AMOMAX[U].W compare the zero-extended word in memory with all
                          ///< 64 bits of the operand
  failed_sc_unaligned,    ///< SC without its reservation fails before its alignment is looked at
  word_of_doubleword,     ///< SC.W after LR.D compares and stores a word, then says that it failed
  word_zeros_wide,        ///< CTZW of a word that is zero counts on into the upper half
  store_torn,             ///< a store across a page end that faults behind it has written what lies before it
  time_missing,           ///< every access to the CSR time is illegal
  other_counters_zero,    ///< hpmcounter3 to hpmcounter31 exist and read as zero
  counter_write_of_zero,  ///< CSRRS and CSRRC of a counter, from a register that holds zero, are reads
  reserved_quadrant_retires,    ///< compressed words of quadrant 0 with funct3 100 do nothing
  reserved_arithmetic_retires,  ///< compressed words 100 1 11 xxx 1x xxx 01 do nothing
  wfi_retires,            ///< WFI does nothing
};

constexpr std::array<std::string_view, 17> deviation_names = {"singles_unchecked",
                                                              "singles_unboxed",
                                                              "signs_whole",
                                                              "minimum_of_signalling",
                                                              "fused_invalid_lost",
                                                              "integer_moved_whole",
                                                              "word_minimum_wide",
                                                              "failed_sc_unaligned",
                                                              "word_of_doubleword",
                                                              "word_zeros_wide",
                                                              "store_torn",
                                                              "time_missing",
                                                              "other_counters_zero",
                                                              "counter_write_of_zero",
                                                              "reserved_quadrant_retires",
                                                              "reserved_arithmetic_retires",
                                                              "wfi_retires"};

std::optional<Deviation> deviation_named(std::string_view name);

/// One a row, as evaluations(); each follows the deviations that hart.deviations asks for, and marks
/// those that changed something.
std::span<const Evaluate> deviant_evaluations();

/// Those in which a word that the manual reserves, or does not grant a user, retires.
u64 deviations_of_word(u32 word);

/// And what an illegal instruction does then.
bool deviant_illegal(Hart& hart, const Decoded& decoded);

}  // namespace diptych::riscv64

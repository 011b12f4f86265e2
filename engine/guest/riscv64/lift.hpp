// From instructions to IR: the rows' meanings, instantiated with values that are IR.
#pragma once

#include "engine/guest/riscv64/table.hpp"
#include "engine/ir/builder.hpp"

#include <optional>

namespace diptych::riscv64 {

/// What the translation of a block is specialised on: the rounding mode in force, the field frm.
inline u8 variant_of(const GuestState& state) { return (state.words[fcsr_word] >> 5) & 7; }

/// Lifts instructions that follow each other into a block.
class Lifter {
 public:
  /// The most instructions that a block should have.
  static constexpr std::size_t most_instructions = 64;

  /// Begins a block at an address, in place of what was there; its storage is used again. `rounding` is
  /// the value of frm wherever the block will run; it becomes the block's variant.
  Lifter(ir::Block& block, u64 pc, u8 rounding);

  /// The same, but the block is at once what the passes of the baseline compiler would make of it: words are
  /// forwarded, operations folded and accesses marked where they are lifted, which costs half as much. Such a
  /// block can only be run whole.
  Lifter(ir::Block& block, u64 pc, u8 rounding, ir::Scratch& scratch);

  /// Lifts the next instruction; one without a row becomes an illegal-instruction stop. False: it ended
  /// the block, by a jump, a stop or a change of the variant, and none may follow.
  bool add(const Decoded& decoded);

  /// Ends a block that has an instruction and that none of them ended: it goes on at the next address.
  void finish();

  /// Where the next instruction lies.
  u64 pc() const { return pc_; }

  /// Whether what was lifted depends on the variant; where not, it serves every one.
  bool uses_variant() const { return uses_variant_; }

 private:
  void begin(u8 rounding);

  ir::Block& block_;
  u64 pc_;
  std::optional<ir::Simplifier> simplifier_;
  ir::Builder builder_;
  bool uses_variant_ = false;
};

}  // namespace diptych::riscv64

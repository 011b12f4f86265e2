// From instructions to IR: the rows' meanings, instantiated with values that are IR.
#pragma once

#include "engine/guest/riscv64/table.hpp"
#include "engine/ir/block.hpp"

namespace diptych::riscv64 {

/// Lifts instructions that follow each other into a block.
class Lifter {
 public:
  /// Begins a block at an address, in place of what was there; its storage is used again.
  Lifter(ir::Block& block, u64 pc);

  /// Lifts the next instruction; one without a row becomes an illegal-instruction stop. False: it ended
  /// the block, by a jump or a stop, and none may follow.
  bool add(const Decoded& decoded);

  /// Ends a block that no instruction ended: it goes on at the next address.
  void finish();

  /// Where the next instruction lies.
  u64 pc() const { return pc_; }

 private:
  ir::Block& block_;
  u64 pc_;
};

}  // namespace diptych::riscv64

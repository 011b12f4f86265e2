// Writes a block anew, an instruction at a time: each may be kept, changed, left out in favour of an
// earlier value, or have others put before it. Uses follow by themselves.
#pragma once

#include "engine/ir/passes/scratch.hpp"

namespace diptych::ir {

class Rewrite {
 public:
  Rewrite(Block& block, Scratch& scratch) : block_(block), scratch_(scratch) {}

  /// Calls `visit(instruction)` for each instruction in order, its operands already renamed. It returns the
  /// value to be used where the instruction's was: that of append() if it keeps it, an earlier one if it
  /// does not, no_value where there is none.
  template <class Visit>
  void run(Visit visit) {
    std::vector<Instruction>& in = block_.instructions;
    scratch_.out.clear();
    scratch_.out.reserve(in.size() + 16);
    if (scratch_.renamed.size() < in.size()) scratch_.renamed.resize(in.size());
    ValueId* const renamed = scratch_.renamed.data();
    for (std::size_t g = 0; g < block_.guest.size(); ++g) {
      const std::size_t first = block_.guest[g].first, end = block_.end_of(g);
      block_.guest[g].first = u32(scratch_.out.size());
      for (std::size_t n = first; n < end; ++n) {
        Instruction i = in[n];
        for (ValueId& operand : i.operands) {
          if (operand == no_value) break;
          operand = renamed[operand];
        }
        renamed[n] = visit(i);
        if (ended_) {
          block_.guest.resize(g + 1);
          break;
        }
      }
    }
    in.swap(scratch_.out);
  }

  /// The instruction that makes a value, as it now is.
  const Instruction& operator[](ValueId value) const { return scratch_.out[value]; }

  ValueId append(const Instruction& instruction) {
    scratch_.out.push_back(instruction);
    return ValueId(scratch_.out.size() - 1);
  }
  /// Appends the block's last instruction: nothing behind it can be reached.
  ValueId end_with(const Instruction& terminator) {
    ended_ = true;
    return append(terminator);
  }

 private:
  Block& block_;
  Scratch& scratch_;
  bool ended_ = false;
};

}  // namespace diptych::ir

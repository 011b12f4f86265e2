// Folding: what can be computed now is a constant, and what can be said with fewer or simpler operations is.
#include "engine/ir/passes/passes.hpp"
#include "engine/ir/passes/rewrite.hpp"
#include "engine/ir/passes/simplifier.hpp"

namespace diptych::ir {

void fold(Block& block, Scratch& scratch) {
  std::vector<Instruction>& in = scratch.out;
  in.swap(block.instructions);
  block.instructions.clear();
  const ValueId none = ValueId(in.size());
  if (scratch.renamed.size() <= none) scratch.renamed.resize(none + 1);
  ValueId* const renamed = scratch.renamed.data();
  renamed[none] = no_value;
  Simplifier simplifier(block, scratch, false);
  for (std::size_t g = 0; g < block.guest.size(); ++g) {
    const std::size_t first = block.guest[g].first, end = g + 1 < block.guest.size() ? block.guest[g + 1].first : in.size();
    block.guest[g].first = u32(block.instructions.size());
    for (std::size_t n = first; n < end && !simplifier.ended(); ++n) {
      Instruction i;
      put_renamed(i, in[n], renamed, none);
      renamed[n] = simplifier.make(i);
    }
    if (simplifier.ended()) block.guest.resize(g + 1);
  }
}

}  // namespace diptych::ir

// Address checks: an access near one that was checked needs none of its own.
//
// See Immediate::check. The base of an address is what is left without a small displacement; emitted
// code checks the base, and what lies within the displacement of it is memory or guarded.
#include "engine/ir/passes/passes.hpp"

#include <cstring>

namespace diptych::ir {

void checks(Block& block, Scratch& scratch) {
  std::vector<Instruction>& instructions = block.instructions;
  if (scratch.marks.size() < instructions.size()) scratch.marks.resize(instructions.size());
  std::memset(scratch.marks.data(), 0, instructions.size() * sizeof(u32));
  for (Instruction& i : instructions)
    if (i.opcode == Opcode::load || i.opcode == Opcode::store) {
      u32& checked = scratch.marks[base_of(block, i.operands[0])];
      i.immediate = checked;
      checked = 1;
    }
}

}  // namespace diptych::ir

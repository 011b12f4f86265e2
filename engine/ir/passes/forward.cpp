// State forwarding: within a block, the state's words are values.
#include "engine/ir/passes/passes.hpp"
#include "engine/ir/passes/rewrite.hpp"
#include "engine/machine/state.hpp"

namespace diptych::ir {

void forward(Block& block, Scratch& scratch) {
  std::array<ValueId, GuestState::capacity> held;  // what a word holds, as far as it is a value
  held.fill(no_value);
  Rewrite rewrite(block, scratch);
  rewrite.run([&](const Instruction& i) {
    switch (i.opcode) {
      case Opcode::read_word:
        if (held[i.immediate] == no_value) held[i.immediate] = rewrite.append(i);
        return held[i.immediate];
      case Opcode::write_word:
        // Writing what the word holds already changes nothing.
        if (held[i.immediate] == i.operands[0]) return no_value;
        held[i.immediate] = i.operands[0];
        return rewrite.append(i);
      case Opcode::raise_flags:
        // What the word holds now is no value.
        held[i.immediate] = no_value;
        return rewrite.append(i);
      default: return rewrite.append(i);
    }
  });
}

}  // namespace diptych::ir

#include "engine/jit/compiler.hpp"

namespace diptych::jit {

using ir::Opcode;

u32 Compiler::site(ValueId n) {
  Site made;
  made.instruction = at(n);
  made.translation = translation_;
  made.guest = guest_;
  made.pc = block_->guest[guest_].pc;
  made.raises = values_.raises(n);
  const ir::Traits& traits = ir::traits_of(made.instruction.opcode);
  for (std::size_t k = 0; k < traits.operands; ++k) {
    ValueId operand = made.instruction.operands[k];
    if (k == 0 && (made.instruction.opcode == Opcode::load || made.instruction.opcode == Opcode::store)) operand = address(operand).base;
    // A condition that lies in the flags is nowhere; nobody asks for it.
    made.operands[k] = values_.location(operand);
  }
  records_.sites.push_back(made);
  return u32(records_.sites.size() - 1);
}

void Compiler::in_software(ValueId n) {
  const ir::Instruction& i = at(n);
  const ir::Traits& traits = ir::traits_of(i.opcode);
  // The result gets its place first, so that it is none of the operands'.
  if (i.type != ir::Type::none) values_.define_general(n, true);
  const u32 number = site(n);
  Site& made = records_.sites[number];
  if (i.type != ir::Type::none) made.result = values_.location(n);
  if (traits.may_stop) values_.displaced(made);
  a_.number_to_scratch(number);
  a_.call_to(values_.vectors_in_use() ? routines_.slow_vectors : routines_.slow);
  for (std::size_t k = 0; k < traits.operands; ++k) values_.consume(i.operands[k]);
}

void Compiler::slow_detour(u32 site, u32 check) {
  detours_.push_back({.kind = Detour::Kind::slow, .vectors = values_.vectors_in_use(), .from = check, .back = a_.position(), .site = site});
}

void Compiler::slow_detour(u32 site, u32 check, u32 access) {
  records_.accesses.push_back({.position = access, .check = check});
  slow_detour(site, check);
  detours_.back().access = u32(records_.accesses.size());
}

}  // namespace diptych::jit

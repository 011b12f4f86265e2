#include "engine/jit/compiler.hpp"

#include <bit>

namespace diptych::jit {

using namespace asmjit::x86;

// The word that holds the guest's floating-point flags has them in three places: in the word itself, which
// is always at home, in the host's own, and among those that were raised in software.

void Compiler::raised_to_scratch() {
  a_.vstmxcsr(member(layout_.control, 4));
  a_.mov(eax, member(layout_.control, 4));
  a_.and_(eax, u32(Frame::host_flags - 1));
  a_.movzx(eax, Mem(host::state, rax, 0, layout_.guest_flags, 1));
  a_.or_(al, member(layout_.raised, 1));
}

void Compiler::read_status(ValueId n) {
  const Gp to = values_.define_general(n, false);
  raised_to_scratch();
  a_.mov(to, word(request_.status_word));
  a_.or_(to, rax);
}

void Compiler::write_status(ValueId n) {
  const ValueId value = at(n).operands[0];
  const Gp from = values_.general(value);
  const u32 number = site(n);
  // What was raised is in the way only if it is to be cleared, and mostly flags are put back as they were.
  raised_to_scratch();
  a_.andn(eax, from.r32(), eax);
  const u32 cleared = a_.jump_if(Condition::kNZ);
  a_.mov(word(request_.status_word), from);
  slow_detour(number, cleared);
  values_.consume(value);
}

u32 Compiler::jump_if_variant_changed() {
  depends_on_rounding_ = true;
  a_.mov(eax, word(request_.status_word, 4));
  a_.and_(eax, request_.variant_bits);
  a_.cmp(eax, u32(request_.variant) << std::countr_zero(request_.variant_bits));
  return a_.jump_if(Condition::kNE);
}

}  // namespace diptych::jit

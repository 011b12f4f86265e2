#include "engine/jit/compiler.hpp"

namespace diptych::jit {

using namespace asmjit::x86;
using ir::bits_of;
using ir::Opcode;

// The whole block is counted on the way in; who leaves it early gives back what has not run.
void Compiler::entry() {
  a_.sub(host::left, i32(block_->guest.size()));
  detours_.push_back({.kind = Detour::Kind::budget, .from = a_.jump_if(Condition::kB)});
}

u32 Compiler::new_link(u64 target) {
  records_.links.push_back({.target = target, .displacement = 0, .stub = 0, .translation = translation_});
  return u32(records_.links.size() - 1);
}

void Compiler::link(u32 displacement, u32 number) {
  records_.links[number].displacement = displacement;
  detours_.push_back({.kind = Detour::Kind::link, .site = number});
}

void Compiler::exit(ValueId n) {
  const ValueId target = at(n).operands[0];
  if (values_.is_constant(target)) {
    values_.flush();
    // An instruction that changes the variant is followed by a jump to the next.
    if (changes_status_) detours_.push_back({.kind = Detour::Kind::changed, .from = jump_if_variant_changed(), .target = values_.constant(target)});
    return link(a_.jump(), new_link(values_.constant(target)));
  }
  const Gp to = values_.general(target);
  values_.flush();
  if (request_.options.link) {
    // Sixteen bytes an entry, two addresses to one.
    static_assert(sizeof(JumpCacheEntry) == 16 && Frame::jump_cache_index(2) == 1);
    a_.mov(eax, to.r32());
    a_.and_(eax, u32(Frame::jump_cache_size * 2 - 2));
    a_.cmp(to, Mem(host::state, rax, 3, layout_.jump_cache, 8));
    detours_.push_back({.kind = Detour::Kind::lookup, .from = a_.jump_if(Condition::kNE), .reg = u8(to.id())});
    a_.jmp(Mem(host::state, rax, 3, layout_.jump_cache + 8, 8));
  } else {
    a_.mov(word(request_.counter_word), to);
    a_.jump_to(routines_.leave_lookup);
  }
}

void Compiler::fetch_compared(ValueId condition) {
  const ValueId root = values_.root(condition);
  if (!is_fused(root)) {
    values_.general(condition);
    return;
  }
  const ir::Instruction& compared = at(root);
  for (std::size_t k = 0; k < 2; ++k)
    if (k == 0 || !values_.immediate(compared.operands[k], bits_of(compared.operand_type))) values_.general(compared.operands[k]);
}

void Compiler::branch(ValueId n) {
  const ir::Instruction& i = at(n);
  // What is compared may be what a word held before: it is fetched before words go home.
  fetch_compared(i.operands[0]);
  values_.flush();
  const Condition taken = condition(i.operands[0]);
  link(a_.jump_if(taken), new_link(values_.constant(i.operands[1])));
  link(a_.jump(), new_link(values_.constant(i.operands[2])));
}

void Compiler::exit_if(ValueId n) {
  const ir::Instruction& i = at(n);
  const Condition taken = condition(i.operands[0]);
  Detour out{.kind = Detour::Kind::side};
  values_.displaced(out.displaced, out.displaced_end);
  out.from = a_.jump_if(taken);
  out.unexecuted = u32(block_->guest.size()) - guest_ - 1;
  out.site = new_link(values_.constant(i.operands[1]));
  detours_.push_back(out);
  values_.consume(i.operands[1]);
}

void Compiler::trap(ValueId n) {
  const u32 number = site(n);
  values_.displaced(records_.sites[number]);
  a_.number_to_scratch(number);
  a_.jump_to(routines_.leave_site);
}

void Compiler::trap_if(ValueId n) {
  const Condition traps = condition(at(n).operands[0]);
  const u32 number = site(n);
  values_.displaced(records_.sites[number]);
  detours_.push_back({.kind = Detour::Kind::trap, .from = a_.jump_if(traps), .site = number});
}

void Compiler::emit_detours() {
  // Those for links are added while others are emitted.
  for (std::size_t i = 0; i < detours_.size(); ++i) emit(Detour(detours_[i]));
}

void Compiler::emit(const Detour& detour) {
  const u32 here = a_.position();
  note(detour);
  if (detour.from != 0) a_.bind_here(detour.from);
  switch (detour.kind) {
    case Detour::Kind::entry:
    case Detour::Kind::guest: return;  // no detours
    case Detour::Kind::budget:
      a_.add(host::left, i32(block_->guest.size()));
      a_.number_to_scratch(translation_);
      return a_.jump_to(routines_.leave_budget);
    case Detour::Kind::slow:
      if (detour.access != 0) records_.accesses[detour.access - 1].stub = here;
      a_.number_to_scratch(detour.site);
      a_.call_to(detour.vectors ? routines_.slow_vectors : routines_.slow);
      return a_.jump_to(detour.back);
    case Detour::Kind::trap:
      a_.number_to_scratch(detour.site);
      return a_.jump_to(routines_.leave_site);
    case Detour::Kind::side:
      for (u32 i = detour.displaced; i < detour.displaced_end; ++i) values_.emit_home(records_.displaced[i]);
      a_.add(host::left, i32(detour.unexecuted));
      return link(a_.jump(), detour.site);
    case Detour::Kind::link: {
      Link& link = records_.links[detour.site];
      link.stub = here;
      a_.direct(link.displacement, here);
      a_.number_to_scratch(detour.site);
      return a_.jump_to(routines_.leave_link);
    }
    case Detour::Kind::lookup:
      a_.mov(word(request_.counter_word), gpq(detour.reg));
      return a_.jump_to(routines_.leave_lookup);
    case Detour::Kind::changed:
      a_.mov(host::scratch, detour.target);
      a_.mov(word(request_.counter_word), host::scratch);
      return a_.jump_to(routines_.leave_lookup);
    case Detour::Kind::canonical:
      a_.mov(host::scratch, detour.wide ? u64{0x7ff8000000000000} : u64{0x7fc00000});
      a_.vmovq(xmm(detour.reg), host::scratch);
      return a_.jump_to(detour.back);
  }
}

}  // namespace diptych::jit

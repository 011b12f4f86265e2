#include "engine/jit/compiler.hpp"

namespace diptych::jit {

using namespace asmjit::x86;
using ir::bits_of;
using ir::Opcode;
using ir::Type;

namespace {

// Around the window lies more than this that nobody can access: so close to an address that was checked,
// none is checked again.
constexpr i64 farthest = 32768;

}  // namespace

// An access is one host instruction, preceded by a comparison of its base with the size of the window. What
// the host then refuses, and what does not lie in the window, is done in C++, which knows of what lies
// elsewhere, and says exactly what stopped.

Compiler::Address Compiler::address(ValueId v) const {
  const ValueId root = values_.root(v);
  const ir::Instruction& i = at(root);
  if (i.opcode == Opcode::add && values_.only_addresses(root) && values_.is_constant(i.operands[1]) && !values_.is_constant(i.operands[0])) {
    const i64 displacement = i64(values_.constant(i.operands[1]));
    if (displacement > -farthest && displacement < farthest) return {values_.root(i.operands[0]), i32(displacement)};
  }
  return {root, 0};
}

// The jump of an access that is not the host's to make; 0: there is none.
u32 Compiler::check(Gp base, i32 displacement, bool checked, Access access) {
  if (request_.looks) {
    a_.lea(host::scratch, ptr_64(base, displacement));
    a_.call_to(access == Access::read ? routines_.look_to_read : routines_.look_to_write);
    return a_.jump_if(Condition::kNZ);
  }
  if (checked && request_.trust_checks) return 0;
  a_.cmp(base, host::window_size);
  return a_.jump_if(Condition::kAE);
}

void Compiler::load(ValueId n) {
  const ir::Instruction& i = at(n);
  const Address where = address(i.operands[0]);
  const unsigned bytes = bits_of(i.type) / 8;
  const Gp base = values_.general(where.base);
  const u32 number = site(n);
  // The base may become the result: where the access does not take place, it still is the base.
  values_.consume(where.base);
  const bool vector = values_.wants_vector(n) && bytes >= 4;
  const bool extends = !vector && values_.uses(n) == 1 && is_fused(n);
  Gp general;
  Xmm wide;
  if (vector) wide = values_.define_vector(n);
  else general = values_.define_general(n, !extends);
  Site& made = records_.sites[number];
  made.displacement = where.displacement;
  made.extends_sign = extends;
  made.result = values_.location(n);
  values_.displaced(made);
  const u32 refused = check(base, where.displacement, i.immediate != 0, Access::read);
  if (extends) values_.set_extended(n);
  const Mem from(host::window, base, 0, where.displacement, bytes);
  const u32 position = a_.position();
  if (vector) {
    if (bytes == 8) a_.vmovsd(wide, from);
    else a_.vmovss(wide, from);
  } else if (bytes == 8) {
    a_.mov(general, from);
  } else if (bytes == 4) {
    if (extends) a_.movsxd(general, from);
    else a_.mov(general.r32(), from);
  } else if (extends) {
    a_.movsx(general, from);
  } else {
    a_.movzx(general.r32(), from);
  }
  slow_detour(number, refused, position);
}

void Compiler::store(ValueId n) {
  const ir::Instruction& i = at(n);
  const Address where = address(i.operands[0]);
  const ValueId value = i.operands[1];
  const unsigned bits = bits_of(i.operand_type);
  const Gp base = values_.general(where.base);
  const std::optional<i32> immediate = values_.immediate(value, bits);
  const bool vector = values_.in_vector(value) && bits >= 32;
  Gp general;
  Xmm wide;
  if (vector) wide = values_.vector(value);
  else if (!immediate) general = values_.general(value);
  const u32 number = site(n);
  Site& made = records_.sites[number];
  made.displacement = where.displacement;
  values_.displaced(made);
  const u32 refused = check(base, where.displacement, i.immediate != 0, Access::write);
  const Mem to(host::window, base, 0, where.displacement, bits / 8);
  const u32 position = a_.position();
  if (immediate) {
    a_.mov(to, bits == 8 ? i32(i8(*immediate)) : bits == 16 ? i32(i16(*immediate)) : *immediate);
  } else if (vector) {
    if (bits == 64) a_.vmovsd(to, wide);
    else a_.vmovss(to, wide);
  } else {
    switch (bits) {
      case 8: a_.mov(to, general.r8()); break;
      case 16: a_.mov(to, general.r16()); break;
      case 32: a_.mov(to, general.r32()); break;
      default: a_.mov(to, general);
    }
  }
  slow_detour(number, refused, position);
  values_.consume(where.base);
  values_.consume(value);
}

}  // namespace diptych::jit

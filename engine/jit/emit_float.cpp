#include "engine/jit/compiler.hpp"

#include <array>

namespace diptych::jit {

using namespace asmjit::x86;
using ir::bits_of;
using ir::Opcode;
using ir::Type;

namespace {

// The host's numbers for the rounding modes that it has: to the nearest, toward zero, down, up.
constexpr std::array<u32, 4> host_rounding = {0, 3, 1, 2};

bool rounds(const ir::Instruction& i) {
  switch (i.opcode) {
    case Opcode::float_minimum:
    case Opcode::float_maximum:
    case Opcode::float_equal:
    case Opcode::float_less:
    case Opcode::float_less_equal: return false;
    case Opcode::float_from_signed:
    case Opcode::float_from_unsigned: return !(i.operand_type == Type::i32 && i.type == Type::f64);
    case Opcode::float_convert: return i.type == Type::f32;
    default: return true;
  }
}

}  // namespace

// The host raises its own flags as the guest's are to be raised, and keeps them until somebody asks; small
// results count as tiny after rounding on both. What differs is NaNs, which here are always the canonical
// one, and conversions out of range; those are done in software once they have happened.

bool Compiler::floating(ValueId n) {
  const ir::Instruction& i = at(n);
  if (!values_.raises(n) || !values_.is_constant(i.operands[0])) return false;
  const u64 rounding = values_.constant(i.operands[0]);
  const bool truncates = (i.opcode == Opcode::float_to_signed || i.opcode == Opcode::float_to_unsigned) && rounding == 1;
  const bool switches = rounds(i) && !truncates && rounding != request_.rounding;
  if (rounds(i) && rounding >= host_rounding.size()) return false;
  depends_on_rounding_ |= rounds(i) && !truncates;
  // A product and sum in one raises other flags where it gives a NaN, and is then done again in software.
  switch (i.opcode) {
    case Opcode::float_add:
    case Opcode::float_subtract:
    case Opcode::float_multiply:
    case Opcode::float_divide:
    case Opcode::float_square_root:
    case Opcode::float_fused_multiply_add:
    case Opcode::float_convert:
      if (switches) round_as(u32(rounding));
      float_arithmetic(n);
      if (switches) round_as(request_.rounding);
      break;
    case Opcode::float_minimum:
    case Opcode::float_maximum: float_extreme(n); break;
    case Opcode::float_equal:
    case Opcode::float_less:
    case Opcode::float_less_equal: float_compare(n); break;
    case Opcode::float_to_signed:
    case Opcode::float_to_unsigned:
      if (switches) round_as(u32(rounding));
      float_to_integer(n, truncates);
      if (switches) round_as(request_.rounding);
      break;
    default:
      if (switches) round_as(u32(rounding));
      float_from_integer(n);
      if (switches) round_as(request_.rounding);
  }
  return true;
}

void Compiler::round_as(u32 rounding) {
  const Mem control = member(layout_.control, 4);
  a_.vstmxcsr(control);
  a_.and_(control, ~0x6000);
  if (const u32 bits = host_rounding[rounding] << 13; bits != 0) a_.or_(control, bits);
  a_.vldmxcsr(control);
}

void Compiler::float_arithmetic(ValueId n) {
  const ir::Instruction& i = at(n);
  const bool wide = i.type == Type::f64;
  const Xmm a = values_.vector(i.operands[1]);
  Xmm b = a, c = a;
  if (i.operands[2] != no_value) b = values_.vector(i.operands[2]);
  if (i.operands[3] != no_value) c = values_.vector(i.operands[3]);
  u32 number = 0;
  Xmm to;
  if (i.opcode == Opcode::float_fused_multiply_add) {
    to = values_.define_vector(n);
    number = site(n);
    records_.sites[number].result = values_.location(n);
  }
  for (ValueId operand : i.operands)
    if (operand != no_value) values_.consume(operand);
  if (i.opcode != Opcode::float_fused_multiply_add) to = values_.define_vector(n);
  switch (i.opcode) {
    case Opcode::float_add: wide ? a_.vaddsd(to, a, b) : a_.vaddss(to, a, b); break;
    case Opcode::float_subtract: wide ? a_.vsubsd(to, a, b) : a_.vsubss(to, a, b); break;
    case Opcode::float_multiply: wide ? a_.vmulsd(to, a, b) : a_.vmulss(to, a, b); break;
    case Opcode::float_divide: wide ? a_.vdivsd(to, a, b) : a_.vdivss(to, a, b); break;
    case Opcode::float_square_root: wide ? a_.vsqrtsd(to, a, a) : a_.vsqrtss(to, a, a); break;
    case Opcode::float_convert: wide ? a_.vcvtss2sd(to, a, a) : a_.vcvtsd2ss(to, a, a); break;
    default:
      a_.vmovaps(to, c);
      wide ? a_.vfmadd231sd(to, a, b) : a_.vfmadd231ss(to, a, b);
  }
  wide ? a_.vucomisd(to, to) : a_.vucomiss(to, to);
  const u32 is_nan = a_.jump_if(Condition::kP);
  if (i.opcode == Opcode::float_fused_multiply_add) return slow_detour(number, is_nan);
  detours_.push_back({.kind = Detour::Kind::canonical, .from = is_nan, .back = a_.position(), .reg = u8(to.id()), .wide = wide});
}

void Compiler::float_extreme(ValueId n) {
  const ir::Instruction& i = at(n);
  const bool wide = i.type == Type::f64, least = i.opcode == Opcode::float_minimum;
  const Xmm a = values_.vector(i.operands[1]), b = values_.vector(i.operands[2]);
  const Xmm to = values_.define_vector(n);
  const u32 number = site(n);
  records_.sites[number].result = values_.location(n);
  // Of zeros the host takes the second, of NaNs too. Unordered sets the flag of equal as well.
  wide ? a_.vucomisd(a, b) : a_.vucomiss(a, b);
  slow_detour(number, a_.jump_if(Condition::kE));
  if (least) wide ? a_.vminsd(to, a, b) : a_.vminss(to, a, b);
  else wide ? a_.vmaxsd(to, a, b) : a_.vmaxss(to, a, b);
  detours_.back().back = a_.position();
  for (std::size_t k = 0; k < 3; ++k) values_.consume(i.operands[k]);
}

void Compiler::float_compare(ValueId n) {
  const ir::Instruction& i = at(n);
  const bool wide = i.operand_type == Type::f64;
  const Xmm a = values_.vector(i.operands[1]), b = values_.vector(i.operands[2]);
  for (std::size_t k = 0; k < 3; ++k) values_.consume(i.operands[k]);
  const Gp to = values_.define_general(n, true);
  if (i.opcode == Opcode::float_equal) {
    wide ? a_.vucomisd(a, b) : a_.vucomiss(a, b);
    a_.setnp(al);
    a_.sete(to.r8());
    a_.and_(to.r8(), al);
  } else {
    // The other way round, because unordered reads as below.
    wide ? a_.vcomisd(b, a) : a_.vcomiss(b, a);
    if (i.opcode == Opcode::float_less) a_.seta(to.r8());
    else a_.setae(to.r8());
  }
  a_.movzx(to.r32(), to.r8());
}

void Compiler::float_to_integer(ValueId n, bool truncates) {
  const ir::Instruction& i = at(n);
  const bool wide = i.operand_type == Type::f64, is_signed = i.opcode == Opcode::float_to_signed, word = i.type == Type::i32;
  const Xmm from = values_.vector(i.operands[1]);
  const Gp to = values_.define_general(n, word);
  const u32 number = site(n);
  records_.sites[number].result = values_.location(n);
  u32 out_of_range = 0;
  if (!is_signed) {
    // Those of which the host's signed conversion gives the right number are positive ones below a limit,
    // and of these the bits compare as the numbers do.
    const u64 limit = wide ? (word ? 0x41efffffffe00000 : 0x43e0000000000000) : (word ? 0x4f800000 : 0x5f000000);
    a_.vmovq(to, from);
    if (wide) {
      a_.mov(host::scratch, limit);
      a_.cmp(to, host::scratch);
    } else {
      a_.cmp(to.r32(), u32(limit));
    }
    out_of_range = a_.jump_if(Condition::kAE);
  }
  const Gp result = is_signed && word ? to.r32() : to;
  if (truncates) wide ? a_.vcvttsd2si(result, from) : a_.vcvttss2si(result, from);
  else wide ? a_.vcvtsd2si(result, from) : a_.vcvtss2si(result, from);
  if (is_signed) {
    // What it cannot convert becomes the least number, the only one from which 1 cannot be taken.
    a_.cmp(result, 1);
    out_of_range = a_.jump_if(Condition::kO);
  }
  slow_detour(number, out_of_range);
  values_.consume(i.operands[0]);
  values_.consume(i.operands[1]);
}

void Compiler::float_from_integer(ValueId n) {
  const ir::Instruction& i = at(n);
  const bool wide = i.type == Type::f64, is_signed = i.opcode == Opcode::float_from_signed, word = i.operand_type == Type::i32;
  Gp from = values_.general(i.operands[1]);
  const Xmm to = values_.define_vector(n);
  if (word && !is_signed) {
    a_.mov(eax, from.r32());
    from = rax;
  } else if (word) {
    from = from.r32();
  }
  // Into the scratch register nothing is ever put that takes time: its upper part is waited for.
  if (!word && !is_signed) {
    const u32 number = site(n);
    records_.sites[number].result = values_.location(n);
    a_.test(from, from);
    slow_detour(number, a_.jump_if(Condition::kS));
  }
  a_.vpxor(host::vector_scratch, host::vector_scratch, host::vector_scratch);
  wide ? a_.vcvtsi2sd(to, host::vector_scratch, from) : a_.vcvtsi2ss(to, host::vector_scratch, from);
  if (!word && !is_signed) detours_.back().back = a_.position();
  values_.consume(i.operands[0]);
  values_.consume(i.operands[1]);
}

}  // namespace diptych::jit

#include "engine/jit/compiler.hpp"

namespace diptych::jit {

using namespace asmjit::x86;
using ir::Opcode;
using ir::Type;

// In a register of twice its width a single-precision number has all ones above it, and what has not is read
// as the canonical NaN. As rows say it, this takes several operations for each operand and result; the host
// does it in two or three.

namespace {

constexpr u64 ones_above = 0xffffffff00000000;
constexpr u64 canonical_single = 0x7fc00000;

}  // namespace

bool Compiler::begins_unboxing(ValueId n) {
  const auto only_user = [&](ValueId v, Opcode opcode) -> std::optional<ValueId> {
    if (!values_.used_once(v)) return std::nullopt;
    const ValueId user = values_.last_user(v);
    return at(user).opcode == opcode && at(user).operands[0] == v ? std::optional(user) : std::nullopt;
  };
  const ir::Instruction& shift = at(n);
  if (shift.opcode != Opcode::shift_right_unsigned || shift.type != Type::i64 || !values_.is_constant(shift.operands[1]) ||
      values_.constant(shift.operands[1]) != 32 || values_.is_constant(shift.operands[0]))
    return false;
  const auto upper = only_user(n, Opcode::truncate);
  if (!upper || at(*upper).type != Type::i32) return false;
  const auto boxed = only_user(*upper, Opcode::equal);
  if (!boxed || !values_.is_constant(at(*boxed).operands[1]) || u32(values_.constant(at(*boxed).operands[1])) != ~u32{0}) return false;
  const auto chosen = only_user(*boxed, Opcode::select);
  if (!chosen || at(*chosen).type != Type::i32 || !values_.wants_vector(*chosen)) return false;
  const auto [when, yes, no, unused] = at(*chosen).operands;
  if (at(yes).opcode != Opcode::truncate || values_.root(at(yes).operands[0]) != values_.root(shift.operands[0])) return false;
  if (!values_.is_constant(no) || values_.constant(no) != canonical_single) return false;
  for (ValueId part : {n, *boxed, *chosen}) values_.defer(part);
  return true;
}

void Compiler::unbox(ValueId n) {
  const auto [when, yes, no, unused] = at(n).operands;
  const auto [upper, ones, no_third, no_fourth] = at(when).operands;
  const ValueId shift = values_.root(upper);
  const ValueId whole = at(shift).operands[0];
  Xmm to;
  if (const std::optional<Mem> lies = values_.lies(whole)) {
    Mem low = *lies, high = lies->cloneAdjusted(4);
    low.setSize(4);
    high.setSize(4);
    to = values_.define_vector(n);
    a_.vmovss(to, low);
    a_.cmp(high, -1);
  } else if (values_.in_vector(whole)) {
    const Xmm from = values_.vector(whole);
    to = values_.define_vector(n);
    a_.vmovaps(to, from);
    a_.vpextrd(eax, from, 1);
    a_.cmp(eax, -1);
  } else {
    const Gp from = values_.general(whole);
    to = values_.define_vector(n);
    a_.vmovd(to, from.r32());
    a_.mov(rax, from);
    a_.shr(rax, 32);
    a_.cmp(eax, -1);
  }
  detours_.push_back({.kind = Detour::Kind::canonical, .from = a_.jump_if(Condition::kNE), .back = a_.position(), .reg = u8(to.id())});
  for (ValueId operand : {whole, at(shift).operands[1], upper, ones, when, yes, no}) values_.consume(operand);
}

bool Compiler::begins_boxing(ValueId n) {
  const ir::Instruction& i = at(n);
  if (i.opcode != Opcode::extend_unsigned || i.type != Type::i64 || i.operand_type != Type::i32 || !values_.used_once(n) ||
      !values_.in_vector(i.operands[0]))
    return false;
  const ir::Instruction& user = at(values_.last_user(n));
  if (user.opcode != Opcode::bit_or || user.operands[0] != n || !values_.is_constant(user.operands[1]) ||
      values_.constant(user.operands[1]) != ones_above)
    return false;
  values_.defer(n);
  return true;
}

void Compiler::box(ValueId n, ValueId widened, ValueId ones) {
  const ValueId number = at(widened).operands[0];
  const Xmm from = values_.vector(number);
  for (ValueId operand : {number, widened, ones}) values_.consume(operand);
  const Xmm to = values_.define_vector(n);
  a_.vpcmpeqd(host::vector_scratch, host::vector_scratch, host::vector_scratch);
  a_.vunpcklps(to, from, host::vector_scratch);
}

}  // namespace diptych::jit

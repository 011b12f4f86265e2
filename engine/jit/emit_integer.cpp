#include "engine/jit/compiler.hpp"

#include <utility>

namespace diptych::jit {

using namespace asmjit::x86;
using ir::bits_of;
using ir::Opcode;
using ir::Type;

namespace {

bool is_comparison(Opcode opcode) { return opcode >= Opcode::equal && opcode <= Opcode::greater_equal_unsigned; }

// Parts of a register would have to be cut out before they are compared: that hardly occurs, and is done in
// software.
bool is_narrow(Type type) { return type == Type::i8 || type == Type::i16; }

Gp sized(Gp r, unsigned bits) { return bits <= 32 ? r.r32() : r; }

}  // namespace

// Values are kept with anything above their width: an operation reads no more than its type has, so that
// truncating costs nothing. Operations on 8 and 16 bits are emitted where that makes no difference.

void Compiler::binary(ValueId n) {
  const ir::Instruction& i = at(n);
  ValueId a = i.operands[0], b = i.operands[1];
  if (i.opcode == Opcode::add && values_.only_addresses(n) && values_.is_constant(b) && !values_.is_constant(a) &&
      address(n).base != n) {
    // Left to the accesses: they need the first operand instead.
    values_.retain(a, values_.uses(n));
    values_.consume(a);
    return values_.consume(b);
  }
  const bool commutes = i.opcode != Opcode::subtract;
  if (commutes && values_.is_constant(a)) std::swap(a, b);
  if (i.opcode == Opcode::bit_or && at(a).opcode == Opcode::extend_unsigned && values_.deferred(a)) return box(n, a, b);
  if (masks_a_count(n, a, b)) {
    // The host does so, too.
    values_.define_alias(n, a);
    values_.consume(a);
    return values_.consume(b);
  }
  // What keeps nothing of the upper half is done without it.
  const bool low_half = i.opcode == Opcode::bit_and && i.type == Type::i64 && !values_.wants_vector(n) && values_.is_constant(b) &&
                        values_.constant(b) <= ~u32{0};
  if (low_half && values_.constant(b) == ~u32{0} && !values_.is_constant(a)) {
    extend_by_zeros(n, a);
    return values_.consume(b);
  }
  const unsigned bits = low_half ? 32 : bits_of(i.type);
  const std::optional<i32> number = values_.immediate(b, bits);
  const bool clean = bits == 32;
  if (i.opcode == Opcode::multiply) {
    if (number && values_.root(a) != values_.root(b)) {
      const Gp left = values_.general(a);
      values_.consume(a);
      const Gp to = values_.define_general(n, clean);
      a_.imul(sized(to, bits), sized(left, bits), *number);
      return values_.consume(b);
    }
  } else if (i.opcode == Opcode::add && bits == 64) {
    // Three operands in one instruction, where the first is needed further.
    const bool last = values_.uses(a) == 1;
    if (!last && number) {
      const Gp left = values_.general(a);
      const Gp to = values_.define_general(n, clean);
      a_.lea(to, ptr_64(left, *number));
      values_.consume(a);
      return values_.consume(b);
    }
    if (!last && values_.uses(b) > 1) {
      const Gp left = values_.general(a), right = values_.general(b);
      const Gp to = values_.define_general(n, clean);
      a_.lea(to, ptr_64(left, right));
      values_.consume(a);
      return values_.consume(b);
    }
  }
  const bool logic = i.opcode == Opcode::bit_and || i.opcode == Opcode::bit_or || i.opcode == Opcode::bit_xor;
  if (logic && values_.wants_vector(n)) {
    // Signs are changed where floating-point numbers are.
    const Xmm left = values_.vector(a), right = values_.vector(b);
    values_.consume(a);
    values_.consume(b);
    const Xmm to = values_.define_vector(n);
    if (i.opcode == Opcode::bit_and) a_.vandps(to, left, right);
    else if (i.opcode == Opcode::bit_or) a_.vorps(to, left, right);
    else a_.vxorps(to, left, right);
    return;
  }
  if (commutes && !number && values_.root(a) != values_.root(b) && values_.uses(b) == 1 && values_.uses(a) != 1) std::swap(a, b);
  // The second operand is fetched first: it must not be where the copy of the first one begins.
  std::optional<Mem> memory;
  Gp right;
  if (!number) {
    if (values_.root(a) != values_.root(b)) memory = values_.memory(b, bits <= 32 ? 4 : 8);
    if (!memory) right = sized(values_.general(b), bits);
  }
  const bool same = values_.root(a) == values_.root(b);
  const Gp to = sized(values_.define_copy(n, a, bits, clean), bits);
  const auto emit = [&](auto operation) {
    if (number) operation(*number);
    else if (memory) operation(*memory);
    else operation(same ? to : right);
  };
  switch (i.opcode) {
    case Opcode::add: emit([&](auto x) { a_.add(to, x); }); break;
    case Opcode::subtract: emit([&](auto x) { a_.sub(to, x); }); break;
    case Opcode::bit_and: emit([&](auto x) { a_.and_(to, x); }); break;
    case Opcode::bit_or: emit([&](auto x) { a_.or_(to, x); }); break;
    case Opcode::bit_xor:
      if (number == -1) a_.not_(to);
      else emit([&](auto x) { a_.xor_(to, x); });
      break;
    default:
      if (memory) a_.imul(to, *memory);
      else a_.imul(to, same ? to : number ? to : right);
  }
  values_.consume(b);
}

// Whether it is the only use of a value to be a count, of which the host takes these very bits.
bool Compiler::masks_a_count(ValueId n, ValueId value, ValueId mask) const {
  if (at(n).opcode != Opcode::bit_and || !values_.is_constant(mask) || values_.is_constant(value) || !values_.used_once(n)) return false;
  ValueId count = n, user = values_.last_user(n);
  if (user != no_value && at(user).opcode == Opcode::truncate && values_.used_once(user)) {
    count = user;
    user = values_.last_user(user);
  }
  if (user == no_value || at(user).operands[1] != count || at(user).operands[0] == count) return false;
  switch (at(user).opcode) {
    case Opcode::shift_left:
    case Opcode::shift_right_signed:
    case Opcode::shift_right_unsigned:
    case Opcode::rotate_right: break;
    default: return false;
  }
  const unsigned bits = bits_of(at(user).type);
  return bits >= 32 && values_.constant(mask) == bits - 1;
}

void Compiler::shift(ValueId n) {
  const ir::Instruction& i = at(n);
  const unsigned bits = bits_of(i.type);
  const ValueId count = i.operands[1];
  if (bits < 32) return in_software(n);
  if (begins_unboxing(n)) return;
  if (values_.is_constant(count)) {
    const u64 by = values_.constant(count);
    if (by >= bits) return in_software(n);
    const Gp to = sized(values_.define_copy(n, i.operands[0], bits, bits == 32), bits);
    if (i.opcode == Opcode::shift_left) a_.shl(to, u8(by));
    else if (i.opcode == Opcode::shift_right_signed) a_.sar(to, u8(by));
    else a_.shr(to, u8(by));
    return values_.consume(count);
  }
  // The host takes the count modulo the width: right only where it is known to be below it.
  const ValueId whole = at(count).opcode == Opcode::truncate ? at(count).operands[0] : count;
  const ir::Instruction& masked = at(at(whole).opcode == Opcode::bit_and ? whole : values_.root(count));
  const bool in_range = masked.opcode == Opcode::bit_and && at(masked.operands[1]).opcode == Opcode::constant &&
                        at(masked.operands[1]).immediate < bits;
  if (!in_range) return in_software(n);
  const Gp by = sized(values_.general(count), bits), from = sized(values_.general(i.operands[0]), bits);
  values_.consume(count);
  values_.consume(i.operands[0]);
  const Gp to = sized(values_.define_general(n, bits == 32), bits);
  if (i.opcode == Opcode::shift_left) a_.shlx(to, from, by);
  else if (i.opcode == Opcode::shift_right_signed) a_.sarx(to, from, by);
  else a_.shrx(to, from, by);
}

void Compiler::rotate(ValueId n) {
  const ir::Instruction& i = at(n);
  const unsigned bits = bits_of(i.type);
  const ValueId count = i.operands[1];
  if (bits < 32) return in_software(n);
  if (values_.is_constant(count)) {
    const Gp from = sized(values_.general(i.operands[0]), bits);
    values_.consume(i.operands[0]);
    const Gp to = sized(values_.define_general(n, bits == 32), bits);
    a_.rorx(to, from, u8(values_.constant(count) % bits));
    return values_.consume(count);
  }
  values_.claim(rcx);
  const Gp by = values_.general(count);
  const Gp to = sized(values_.define_copy(n, i.operands[0], bits, bits == 32), bits);
  a_.mov(ecx, by.r32());
  a_.ror(to, cl);
  values_.consume(count);
}

void Compiler::multiply_high(ValueId n) {
  const ir::Instruction& i = at(n);
  values_.claim(rdx);
  const Gp left = values_.general(i.operands[0]), right = values_.general(i.operands[1]);
  const Gp to = values_.define_general(n, false);
  if (i.opcode == Opcode::multiply_high_signed) {
    a_.mov(rax, left);
    a_.imul(right);
    a_.mov(to, rdx);
  } else {
    a_.mov(rax, left);
    a_.mul(right);
    a_.mov(to, rdx);
    if (i.opcode == Opcode::multiply_high_mixed) {
      // As unsigned numbers a negative first operand counts 2^64 too much.
      a_.mov(rax, left);
      a_.sar(rax, 63);
      a_.and_(rax, right);
      a_.sub(to, rax);
    }
  }
  values_.consume(i.operands[0]);
  values_.consume(i.operands[1]);
}

void Compiler::divide(ValueId n) {
  const ir::Instruction& i = at(n);
  const unsigned bits = bits_of(i.type);
  if (bits < 32) return in_software(n);
  const bool is_signed = i.opcode == Opcode::divide_signed || i.opcode == Opcode::remainder_signed;
  const bool quotient = i.opcode == Opcode::divide_signed || i.opcode == Opcode::divide_unsigned;
  values_.claim(rdx);
  const Gp left = values_.general(i.operands[0]), right = values_.general(i.operands[1]);
  const Gp to = values_.define_general(n, bits == 32);
  const u32 where = site(n);
  records_.sites[where].result = values_.location(n);
  // Dividing by zero traps on the host, and so does dividing the least number by -1.
  u32 check = 0;
  if (is_signed) {
    a_.lea(sized(rax, bits), ptr_64(right, 1));
    a_.cmp(sized(rax, bits), 1);
    check = a_.jump_if(Condition::kBE);
  } else {
    a_.test(sized(right, bits), sized(right, bits));
    check = a_.jump_if(Condition::kZ);
  }
  a_.mov(sized(rax, bits), sized(left, bits));
  if (is_signed) {
    if (bits == 64) a_.cqo();
    else a_.cdq();
    a_.idiv(sized(right, bits));
  } else {
    a_.xor_(edx, edx);
    a_.div(sized(right, bits));
  }
  a_.mov(sized(to, bits), sized(quotient ? rax : rdx, bits));
  slow_detour(where, check);
  values_.consume(i.operands[0]);
  values_.consume(i.operands[1]);
}

void Compiler::bits(ValueId n) {
  const ir::Instruction& i = at(n);
  const unsigned bits = bits_of(i.type);
  if (bits < 32) return in_software(n);
  if (i.opcode == Opcode::byte_swap) {
    a_.bswap(sized(values_.define_copy(n, i.operands[0], bits, bits == 32), bits));
    return;
  }
  const Gp from = sized(values_.general(i.operands[0]), bits);
  values_.consume(i.operands[0]);
  const Gp to = sized(values_.define_general(n, true), bits);
  if (i.opcode == Opcode::leading_zeros) a_.lzcnt(to, from);
  else if (i.opcode == Opcode::trailing_zeros) a_.tzcnt(to, from);
  else a_.popcnt(to, from);
}

void Compiler::extend(ValueId n) {
  const ir::Instruction& i = at(n);
  const ValueId from = i.operands[0];
  const ValueId root = values_.root(from);
  const unsigned bits = bits_of(i.operand_type);
  const bool is_signed = i.opcode == Opcode::extend_signed;
  // A load may have extended already; a value may have nothing above its width.
  const bool done = is_signed ? root == from && values_.extended(from)
                              : i.operand_type == Type::i1 || (values_.clean(from) && bits_of(at(root).type) <= bits);
  if (done) {
    values_.define_alias(n, from);
    return values_.consume(from);
  }
  if (begins_boxing(n)) return;
  if (!is_signed && bits == 32) return extend_by_zeros(n, from);
  const std::optional<Mem> memory = values_.memory(from, bits / 8);
  Gp r;
  if (!memory) {
    r = values_.general(from);
    values_.consume(from);
  }
  const Gp to = values_.define_general(n, !is_signed);
  if (bits == 32) {
    memory ? a_.movsxd(to, *memory) : a_.movsxd(to, r.r32());
  } else if (memory) {
    is_signed ? a_.movsx(to, *memory) : a_.movzx(to.r32(), *memory);
  } else {
    const Gp part = bits == 16 ? Gp(r.r16()) : Gp(r.r8());
    is_signed ? a_.movsx(to, part) : a_.movzx(to.r32(), part);
  }
  if (memory) values_.consume(from);
}

void Compiler::extend_by_zeros(ValueId n, ValueId from) {
  if (const std::optional<Mem> memory = values_.memory(from, 4)) {
    a_.mov(values_.define_general(n, true).r32(), *memory);
    return values_.consume(from);
  }
  const Gp r = values_.general(from);
  values_.consume(from);
  a_.mov(values_.define_general(n, true).r32(), r.r32());
}

void Compiler::select(ValueId n) {
  if (values_.deferred(n)) return unbox(n);
  const ir::Instruction& i = at(n);
  const auto [when, yes, no, unused] = i.operands;
  const unsigned bits = bits_of(i.type) <= 32 ? 32 : 64;
  const Gp chosen = values_.general(yes);
  // Whatever the condition compares is fetched before, so that between it and the move nothing is emitted.
  fetch_compared(when);
  const bool same = values_.root(yes) == values_.root(no);
  const Gp to = same ? values_.define_general(n, false) : values_.define_copy(n, no, bits, false);
  if (same) a_.mov(to, chosen);
  const Condition holds = condition(when);
  a_.cmov(holds, sized(to, bits), sized(chosen, bits));
  if (same) values_.consume(no);
  values_.consume(yes);
}

// Comparisons whose only use is a condition are emitted where that is, and leave their result in the flags.
bool Compiler::is_fused(ValueId n) const {
  const ir::Instruction& i = at(n);
  if (i.opcode == Opcode::load) {
    // Extends its sign at once, where nothing wants it otherwise.
    const ValueId user = values_.last_user(n);
    return user != no_value && at(user).opcode == Opcode::extend_signed && at(user).type == Type::i64;
  }
  if (!is_comparison(i.opcode) || is_narrow(i.operand_type) || !values_.used_once(n)) return false;
  const ValueId user = values_.last_user(n);
  if (user == no_value || at(user).operands[0] != n) return false;
  const Opcode by = at(user).opcode;
  if (by != Opcode::branch && by != Opcode::exit_if && by != Opcode::trap_if && by != Opcode::select) return false;
  // What is compared may need two registers until then, where the result needs one.
  constexpr ValueId farthest = 16;
  return user - n <= farthest;
}

Compiler::Condition Compiler::condition_of(Opcode opcode) {
  switch (opcode) {
    case Opcode::equal: return Condition::kE;
    case Opcode::not_equal: return Condition::kNE;
    case Opcode::less_signed: return Condition::kL;
    case Opcode::less_unsigned: return Condition::kB;
    case Opcode::greater_equal_signed: return Condition::kGE;
    default: return Condition::kAE;
  }
}

void Compiler::compare(ValueId n) {
  const ir::Instruction& i = at(n);
  const unsigned bits = bits_of(i.operand_type);
  const Gp left = sized(values_.general(i.operands[0]), bits);
  if (const std::optional<i32> number = values_.immediate(i.operands[1], bits)) {
    if (*number == 0) a_.test(left, left);
    else a_.cmp(left, *number);
  } else if (const std::optional<Mem> memory = values_.memory(i.operands[1], bits <= 32 ? 4 : 8)) {
    a_.cmp(left, *memory);
  } else {
    a_.cmp(left, sized(values_.general(i.operands[1]), bits));
  }
  values_.consume(i.operands[0]);
  values_.consume(i.operands[1]);
}

Compiler::Condition Compiler::condition(ValueId v) {
  const ValueId root = values_.root(v);
  if (is_comparison(at(root).opcode) && is_fused(root)) {
    compare(root);
    return condition_of(at(root).opcode);
  }
  const Gp held = values_.general(v);
  a_.test(held.r32(), held.r32());
  values_.consume(v);
  return Condition::kNZ;
}

void Compiler::compare_to_number(ValueId n) {
  const ir::Instruction& i = at(n);
  if (is_narrow(i.operand_type)) return in_software(n);
  if (values_.deferred(n) || is_fused(n)) return;
  const Condition holds = condition_of(i.opcode);
  compare(n);
  const Gp to = values_.define_general(n, true);
  a_.set(holds, to.r8());
  a_.movzx(to.r32(), to.r8());
}

}  // namespace diptych::jit

#include "engine/jit/compiler.hpp"

#include <algorithm>

namespace diptych::jit {

using ir::Opcode;

std::optional<u32> Compiler::compile(const ir::Block& block, const Request& request) {
  block_ = &block;
  request_ = request;
  const u32 begin = a_.position();
  const std::size_t sites = records_.sites.size(), displaced = records_.displaced.size(),
                    constants = records_.constants.size(), accesses = records_.accesses.size(),
                    links = records_.links.size();
  translation_ = u32(records_.translations.size());
  detours_.clear();
  changes_status_ = depends_on_rounding_ = false;
  values_.begin(block, request.options);
  guest_ = 0;
  note(Part::Kind::entry, 0);
  entry();
  for (ValueId n = 0; guest_ < block.guest.size(); ++guest_) {
    note(Part::Kind::guest, guest_);
    for (const std::size_t end = block.end_of(guest_); n < end; ++n) {
      if (!values_.live(n)) continue;
      instruction(n);
      values_.end_instruction(n);
    }
  }
  emit_detours();
  if (a_.failed() || values_.overflowed()) {
    a_.rewind(begin);
    records_.sites.resize(sites);
    records_.displaced.resize(displaced);
    records_.constants.resize(constants);
    records_.accesses.resize(accesses);
    records_.links.resize(links);
    return std::nullopt;
  }
  Translation& made = records_.translations.emplace_back();
  made.pc = block.pc();
  made.end = block.end();
  made.instructions = u32(block.guest.size());
  made.code = begin;
  made.code_end = a_.position();
  made.variant = request.variant;
  made.uses_variant = depends_on_rounding_;
  return translation_;
}

void Compiler::note(Part::Kind kind, u32 guest, u32 number) {
  if (request_.parts) request_.parts->push_back({kind, a_.position(), guest, number});
}

// A detour belongs to the guest instruction that jumps to it.
void Compiler::note(const Detour& detour) {
  if (!request_.parts) return;
  u32 from = detour.from;
  if (detour.kind == Part::Kind::link) from = records_.links[detour.site].displacement;
  u32 guest = 0;
  if (detour.kind == Part::Kind::slow || detour.kind == Part::Kind::trap)
    guest = records_.sites[detour.site].guest;
  else
    guest = std::ranges::prev(std::ranges::upper_bound(*request_.parts, from, {}, &Part::position))->guest;
  note(detour.kind, guest, detour.site);
}

void Compiler::instruction(ValueId n) {
  const ir::Instruction& i = at(n);
  switch (i.opcode) {
    case Opcode::constant: return values_.define_constant(n);
    case Opcode::add:
    case Opcode::subtract:
    case Opcode::multiply:
    case Opcode::bit_and:
    case Opcode::bit_or:
    case Opcode::bit_xor: return binary(n);
    case Opcode::shift_left:
    case Opcode::shift_right_signed:
    case Opcode::shift_right_unsigned: return shift(n);
    case Opcode::rotate_right: return rotate(n);
    case Opcode::multiply_high_signed:
    case Opcode::multiply_high_mixed:
    case Opcode::multiply_high_unsigned: return multiply_high(n);
    case Opcode::divide_signed:
    case Opcode::divide_unsigned:
    case Opcode::remainder_signed:
    case Opcode::remainder_unsigned: return divide(n);
    case Opcode::equal:
    case Opcode::not_equal:
    case Opcode::less_signed:
    case Opcode::less_unsigned:
    case Opcode::greater_equal_signed:
    case Opcode::greater_equal_unsigned: return compare_to_number(n);
    case Opcode::leading_zeros:
    case Opcode::trailing_zeros:
    case Opcode::population:
    case Opcode::byte_swap: return bits(n);
    case Opcode::truncate:
    case Opcode::reinterpret:
      values_.define_alias(n, i.operands[0]);
      return values_.consume(i.operands[0]);
    case Opcode::extend_signed:
    case Opcode::extend_unsigned: return extend(n);
    case Opcode::select: return select(n);
    case Opcode::read_word:
      if (i.immediate == request_.status_word) return read_status(n);
      return values_.read_word(n, u32(i.immediate));
    case Opcode::write_word:
      if (i.immediate == request_.status_word) {
        changes_status_ = true;
        return write_status(n);
      }
      values_.write_word(u32(i.immediate), i.operands[0]);
      return values_.consume(i.operands[0]);
    case Opcode::raise_flags: return;  // the operation itself has raised them
    case Opcode::retired: {
      // What is left counts this whole block as retired already.
      const asmjit::x86::Gp to = values_.define_general(n, false);
      a_.mov(to, member(layout_.total, 8));
      a_.sub(to, host::left);
      a_.sub(to, i32(block_->guest.size()) - i32(guest_));
      return;
    }
    case Opcode::load: return load(n);
    case Opcode::store: return store(n);
    case Opcode::load_reserved:
    case Opcode::store_conditional:
    case Opcode::load_update:
    case Opcode::store_update: return in_software(n);
    case Opcode::synchronize_code: return;  // stores drop what was made of the bytes they change
    case Opcode::trap: return trap(n);
    case Opcode::trap_if: return trap_if(n);
    case Opcode::exit: return exit(n);
    case Opcode::exit_if: return exit_if(n);
    case Opcode::branch: return branch(n);
    default:
      if (!floating(n)) in_software(n);
  }
}

}  // namespace diptych::jit

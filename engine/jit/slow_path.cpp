#include "engine/jit/slow_path.hpp"

#include "engine/floating/environment.hpp"
#include "engine/guest/accesses.hpp"
#include "engine/ir/compute.hpp"

#include <immintrin.h>

namespace diptych::jit {
namespace {

using ir::Opcode;

u64 value_at(const Frame& frame, const Records& records, Location location) {
  switch (location.place) {
    case Place::nowhere: return 0;
    case Place::general: return frame.general[location.index];
    case Place::vector: return frame.vector[location.index];
    case Place::slot: return frame.slots[location.index];
    case Place::home: return frame.hart.state.words[location.index];
    case Place::constant: return records.constants[location.index];
  }
  return 0;
}

void put(Frame& frame, Location location, u64 value) {
  if (location.place == Place::general) frame.general[location.index] = value;
  if (location.place == Place::vector) frame.vector[location.index] = value;
}

u64 extended(u64 value, unsigned bits) {
  const unsigned above = 64 - bits;
  return static_cast<u64>(static_cast<i64>(value << above) >> above);
}

// What an operation takes is typed; above a type's width a register may hold anything.
u64 masked(u64 value, ir::Type type) { return value & ir::mask_of(type); }

ir::Type operand_type(const ir::Instruction& i, std::size_t k) {
  if (i.opcode == Opcode::select) return k == 0 ? ir::Type::i1 : i.type;
  if (ir::is_floating(i.opcode) && k == 0) return ir::Type::i8;
  return i.operand_type;
}

bool would_change_code(Frame& frame, u64 address, u64 size) {
  if (!holds_code(frame.hart, address, size)) return false;
  frame.step = true;
  return true;
}

}  // namespace

bool do_slowly(Frame& frame, const Records& records, const Site& site) {
  Hart& hart = frame.hart;
  const ir::Instruction& i = site.instruction;
  const auto operand = [&](std::size_t k) { return value_at(frame, records, site.operands[k]); };
  u64 value = 0;
  switch (i.opcode) {
    case Opcode::load: {
      const unsigned bits = ir::bits_of(i.type);
      if (!load(hart, operand(0) + u64(i64{site.displacement}), bits / 8, value)) return false;
      if (site.extends_sign) value = extended(value, bits);
      break;
    }
    case Opcode::store: {
      const u64 address = operand(0) + u64(i64{site.displacement});
      const unsigned bits = ir::bits_of(i.operand_type);
      if (would_change_code(frame, address, bits / 8)) return false;
      return store(hart, address, bits / 8, masked(operand(1), i.operand_type));
    }
    case Opcode::load_reserved:
      if (!load_reserved(hart, operand(0), ir::bits_of(i.type) / 8, value)) return false;
      break;
    case Opcode::store_conditional: {
      const unsigned size = ir::bits_of(i.operand_type) / 8;
      if (would_change_code(frame, operand(0), size)) return false;
      if (!store_conditional(hart, operand(0), size, masked(operand(1), i.operand_type), value)) return false;
      break;
    }
    case Opcode::load_update:
      if (would_change_code(frame, operand(0), ir::bits_of(i.type) / 8)) return false;
      if (!load_update(hart, operand(0), ir::bits_of(i.type) / 8, value)) return false;
      break;
    case Opcode::store_update:
      return store(hart, operand(0), ir::bits_of(i.operand_type) / 8, masked(operand(1), i.operand_type));
    case Opcode::write_word:
      collect_flags(frame);
      hart.state.words[i.immediate] = operand(0);
      return true;
    default: {
      std::array<u64, 4> operands{};
      for (std::size_t k = 0; k < ir::traits_of(i.opcode).operands; ++k) operands[k] = masked(operand(k), operand_type(i, k));
      const ir::Computed computed = ir::compute(i, operands);
      value = computed.value;
      if (site.raises) frame.raised |= computed.flags;
    }
  }
  put(frame, site.result, value);
  return true;
}

void restore_state(Frame& frame, const Records& records, const Site& site) {
  for (u32 n = site.displaced; n < site.displaced_end; ++n)
    frame.hart.state.words[records.displaced[n].word] = value_at(frame, records, records.displaced[n].at);
}

std::array<u8, Frame::host_flags> flags_of_host() {
  namespace flag = floating::flag;
  std::array<u8, Frame::host_flags> table{};
  for (u32 host = 0; host < table.size(); ++host) {
    u8& raised = table[host];
    if (host & _MM_EXCEPT_INVALID) raised |= flag::invalid;
    if (host & _MM_EXCEPT_DIV_ZERO) raised |= flag::divide_by_zero;
    if (host & _MM_EXCEPT_OVERFLOW) raised |= flag::overflow;
    if (host & _MM_EXCEPT_UNDERFLOW) raised |= flag::underflow;
    if (host & _MM_EXCEPT_INEXACT) raised |= flag::inexact;
  }
  return table;
}

void collect_flags(Frame& frame) {
  const u32 host = _mm_getcsr(), raised = host & _MM_EXCEPT_MASK;
  frame.hart.state.words[frame.status_word] |= frame.guest_flags[raised] | frame.raised;
  frame.raised = 0;
  if (raised != 0) _mm_setcsr(host & ~u32{_MM_EXCEPT_MASK});
}

}  // namespace diptych::jit

#include "engine/ir/evaluate.hpp"

#include "engine/guest/accesses.hpp"
#include "engine/ir/compute.hpp"

#include <algorithm>

namespace diptych::ir {
namespace {

bool stop(Hart& hart, Stop why) {
  hart.stop = why;
  return false;
}

}  // namespace

bool Evaluator::run(const Block& block, Hart& hart, u64 limit) {
  if (values_.size() < block.instructions.size()) {
    values_.resize(block.instructions.size());
    flags_.resize(block.instructions.size());
  }
  u64* const values = values_.data();
  auto& words = hart.state.words;
  const u64 count = std::min<u64>(limit, block.guest.size());
  for (std::size_t g = 0; g < count; ++g) {
    const GuestInstruction& guest = block.guest[g];
    words[program_counter_] = guest.pc;
    const std::size_t end = block.end_of(g);
    for (std::size_t n = guest.first; n < end; ++n) {
      const Instruction& i = block.instructions[n];
      const auto operand = [&](std::size_t k) { return values[i.operands[k]]; };
      bool goes_on = true;
      switch (i.opcode) {
        case Opcode::constant: values[n] = i.immediate; break;
        case Opcode::read_word: values[n] = words[i.immediate]; break;
        case Opcode::write_word: words[i.immediate] = operand(0); break;
        case Opcode::retired: values[n] = hart.retired; break;
        case Opcode::raise_flags: words[i.immediate] |= flags_[i.operands[0]]; break;
        case Opcode::load: goes_on = load(hart, operand(0), bits_of(i.type) / 8, values[n]); break;
        case Opcode::load_reserved: goes_on = load_reserved(hart, operand(0), bits_of(i.type) / 8, values[n]); break;
        case Opcode::load_update: goes_on = load_update(hart, operand(0), bits_of(i.type) / 8, values[n]); break;
        case Opcode::store:
        case Opcode::store_update: goes_on = store(hart, operand(0), bits_of(i.operand_type) / 8, operand(1)); break;
        case Opcode::store_conditional:
          goes_on = store_conditional(hart, operand(0), bits_of(i.operand_type) / 8, operand(1), values[n]);
          break;
        case Opcode::synchronize_code: break;  // stores already drop what was made of the bytes they change
        case Opcode::trap_if:
          if (operand(0)) goes_on = stop(hart, {.kind = StopKind(i.immediate)});
          break;
        case Opcode::trap: return stop(hart, {.kind = StopKind(i.immediate)});
        case Opcode::exit_if:
          if (!operand(0)) break;
          words[program_counter_] = operand(1);
          ++hart.retired;
          return true;
        case Opcode::exit:
          words[program_counter_] = operand(0);
          ++hart.retired;
          return true;
        case Opcode::branch:
          words[program_counter_] = operand(0) ? operand(1) : operand(2);
          ++hart.retired;
          return true;
        // The commonest, which need neither more operands nor anything looked up.
        case Opcode::add: values[n] = (operand(0) + operand(1)) & mask_of(i.type); break;
        case Opcode::subtract: values[n] = (operand(0) - operand(1)) & mask_of(i.type); break;
        case Opcode::bit_and: values[n] = operand(0) & operand(1); break;
        case Opcode::bit_or: values[n] = operand(0) | operand(1); break;
        case Opcode::bit_xor: values[n] = operand(0) ^ operand(1); break;
        case Opcode::equal: values[n] = operand(0) == operand(1); break;
        case Opcode::not_equal: values[n] = operand(0) != operand(1); break;
        case Opcode::less_unsigned: values[n] = operand(0) < operand(1); break;
        case Opcode::greater_equal_unsigned: values[n] = operand(0) >= operand(1); break;
        case Opcode::truncate: values[n] = operand(0) & mask_of(i.type); break;
        case Opcode::extend_unsigned:
        case Opcode::reinterpret: values[n] = operand(0); break;
        case Opcode::extend_signed: {
          const unsigned above = 64 - bits_of(i.operand_type);
          values[n] = static_cast<u64>(static_cast<i64>(operand(0) << above) >> above) & mask_of(i.type);
          break;
        }
        case Opcode::select: values[n] = operand(0) ? operand(1) : operand(2); break;
        default: {
          std::array<u64, 4> operands{};
          for (std::size_t k = 0; k < traits_of(i.opcode).operands; ++k) operands[k] = operand(k);
          const Computed computed = compute(i, operands);
          values[n] = computed.value;
          flags_[n] = computed.flags;
        }
      }
      if (!goes_on) [[unlikely]]
        return false;
    }
    words[program_counter_] = guest.pc + guest.length;
    ++hart.retired;
    // What follows may have been lifted from bytes that are others now.
    if (hart.code_written) [[unlikely]]
      return true;
  }
  return true;
}

}  // namespace diptych::ir

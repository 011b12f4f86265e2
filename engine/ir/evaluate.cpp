#include "engine/ir/evaluate.hpp"

#include "engine/guest/accesses.hpp"
#include "engine/ir/compute.hpp"
#include "engine/ir/compute_integer.hpp"

#include <algorithm>
#include <utility>

namespace diptych::ir {
namespace {

// What changes seldom while a block is run.
struct Run {
  Hart& hart;
  const Block& block;
  const GuestInstruction* guest;
  const GuestInstruction* last;  // past the last one to run
  u8* flags;
  std::size_t program_counter;
};

// One IR instruction, and then all that follow: each calls the next one's step as the last thing it does, which is
// a jump. So the host predicts for each operation by itself what comes after it. `end` is where the guest
// instruction ends; `value` is this instruction's among `values`.
using Step = bool (*)(const Instruction* i, const Instruction* end, u64* value, u64* values, u64* words, Run& run);

constexpr std::size_t types = type_names.size();

struct Steps {
  static const std::array<Step, all_traits.size() * types> of;  // by opcode and type of the result
};

Step step_of(const Instruction& i) { return Steps::of[std::size_t(i.opcode) * types + std::size_t(i.type)]; }

bool leave(u64* words, Run& run, u64 to) {
  words[run.program_counter] = to;
  ++run.hart.retired;
  return true;
}

bool stop(Hart& hart, u64 why) {
  hart.stop = {.kind = StopKind(why)};
  return false;
}

// The guest instruction before `i` is done. A function of its own: what it keeps in registers, each step would save.
[[gnu::noinline]] bool end_guest(const Instruction* i, const Instruction* end, u64* value, u64* values, u64* words, Run& run) {
  do {
    leave(words, run, run.guest->pc + run.guest->length);
    // What follows may have been lifted from bytes that are others now.
    if (run.hart.code_written) [[unlikely]]
      return true;
    if (++run.guest == run.last) return true;
    words[run.program_counter] = run.guest->pc;
    end = run.block.instructions.data() + run.block.end_of(std::size_t(run.guest - run.block.guest.data()));
  } while (i == end);
  [[clang::musttail]] return step_of(*i)(i, end, value, values, words, run);
}

template <Opcode opcode, Type type>
bool step(const Instruction* i, const Instruction* end, u64* value, u64* values, u64* words, Run& run) {
  const auto operand = [&](std::size_t k) __attribute__((always_inline)) { return values[i->operands[k]]; };
  constexpr u64 size = bits_of(type) / 8;
  bool goes_on = true;
  if constexpr (opcode == Opcode::constant) *value = i->immediate;
  else if constexpr (opcode == Opcode::read_word) *value = words[i->immediate];
  else if constexpr (opcode == Opcode::write_word) words[i->immediate] = operand(0);
  else if constexpr (opcode == Opcode::retired) *value = run.hart.retired;
  else if constexpr (opcode == Opcode::raise_flags) words[i->immediate] |= run.flags[i->operands[0]];
  else if constexpr (opcode == Opcode::load) goes_on = load(run.hart, operand(0), size, *value);
  else if constexpr (opcode == Opcode::load_reserved) goes_on = load_reserved(run.hart, operand(0), size, *value);
  else if constexpr (opcode == Opcode::load_update) goes_on = load_update(run.hart, operand(0), size, *value);
  else if constexpr (opcode == Opcode::store || opcode == Opcode::store_update) {
    const u64 address = operand(0), stored = operand(1);
    switch (i->operand_type) {
      case Type::i8: goes_on = store(run.hart, address, 1, stored); break;
      case Type::i16: goes_on = store(run.hart, address, 2, stored); break;
      case Type::i32: goes_on = store(run.hart, address, 4, stored); break;
      default: goes_on = store(run.hart, address, bits_of(i->operand_type) / 8, stored);
    }
  } else if constexpr (opcode == Opcode::store_conditional) {
    goes_on = store_conditional(run.hart, operand(0), bits_of(i->operand_type) / 8, operand(1), *value);
  } else if constexpr (opcode == Opcode::synchronize_code) {
    // Stores already drop what was made of the bytes they change.
  } else if constexpr (opcode == Opcode::trap_if) {
    if (operand(0)) goes_on = stop(run.hart, i->immediate);
  } else if constexpr (opcode == Opcode::trap) return stop(run.hart, i->immediate);
  else if constexpr (opcode == Opcode::exit_if) {
    if (operand(0)) return leave(words, run, operand(1));
  } else if constexpr (opcode == Opcode::exit) return leave(words, run, operand(0));
  else if constexpr (opcode == Opcode::branch) return leave(words, run, operand(0) ? operand(1) : operand(2));
  else if constexpr (is_integer_operation(opcode)) {
    constexpr std::size_t operands = traits_of(opcode).operands;
    *value = compute_integer(opcode, type, i->operand_type, operand(0), operands > 1 ? operand(1) : 0, operands > 2 ? operand(2) : 0);
  } else {
    std::array<u64, 4> operands{};
    for (std::size_t k = 0; k < traits_of(opcode).operands; ++k) operands[k] = operand(k);
    const Computed computed = compute(*i, operands);
    *value = computed.value;
    run.flags[value - values] = computed.flags;
  }
  if (!goes_on) [[unlikely]]
    return false;
  ++i;
  ++value;
  if (i == end) [[clang::musttail]] return end_guest(i, end, value, values, words, run);
  [[clang::musttail]] return step_of(*i)(i, end, value, values, words, run);
}

const std::array<Step, all_traits.size() * types> Steps::of = []<std::size_t... n>(std::index_sequence<n...>) {
  return std::array<Step, sizeof...(n)>{step<Opcode(n / types), Type(n % types)>...};
}(std::make_index_sequence<all_traits.size() * types>());

}  // namespace

bool Evaluator::run(const Block& block, Hart& hart, u64 limit) {
  if (values_.size() < block.instructions.size()) {
    values_.resize(block.instructions.size());
    flags_.resize(block.instructions.size());
  }
  const GuestInstruction* const guest = block.guest.data();
  const GuestInstruction* const last = guest + std::min<u64>(limit, block.guest.size());
  if (guest == last) return true;
  u64* const words = hart.state.words.data();
  Run run{hart, block, guest, last, flags_.data(), program_counter_};
  words[program_counter_] = guest->pc;
  const Instruction* const first = block.instructions.data();
  const Instruction* const end = first + block.end_of(0);
  const Step begin = first == end ? end_guest : step_of(*first);
  return begin(first, end, values_.data(), values_.data(), words, run);
}

}  // namespace diptych::ir

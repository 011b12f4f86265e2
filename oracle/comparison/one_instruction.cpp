#include "oracle/comparison/one_instruction.hpp"

#include "engine/guest/instructions.hpp"

namespace diptych {
namespace {

const MemoryView* view_at(std::span<const MemoryView> views, u64 address) {
  for (const MemoryView& view : views)
    if (address - view.address < view.bytes.size()) return &view;
  return nullptr;
}

}  // namespace

std::optional<Case> one_instruction_case(const Program& whole, const GuestState& state,
                                         std::span<const MemoryView> memory) {
  const u64 pc = state.words[program_counter_word(whole.guest)];
  std::span<const u8> code = whole.code;
  if (const MemoryView* written = view_at(memory, whole.code_address)) code = written->bytes;
  if (pc - whole.code_address >= code.size()) return std::nullopt;
  code = code.subspan(pc - whole.code_address);
  const std::optional<InstructionInfo> instruction = instruction_at(whole.guest, code);
  if (!instruction) return std::nullopt;

  Case one;
  one.program.guest = whole.guest;
  one.program.code_address = pc;
  one.program.code.assign(code.begin(), code.begin() + instruction->length);
  one.program.code_access = whole.code_access;
  one.program.memory = whole.memory;
  // What the program may not write is as it was; the rest as the views have it.
  for (const Bytes& bytes : whole.contents)
    if (!view_at(memory, bytes.address)) one.program.contents.push_back(bytes);
  for (const MemoryView& view : memory)
    if (view.address != whole.code_address)
      one.program.contents.push_back({view.address, {view.bytes.begin(), view.bytes.end()}});
  one.input.state = state;
  one.budget = {2};
  return one;
}

}  // namespace diptych

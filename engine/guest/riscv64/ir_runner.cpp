#include "engine/guest/riscv64/ir_runner.hpp"

#include "engine/guest/riscv64/lift.hpp"

namespace diptych::riscv64 {
namespace {

constexpr u64 most_bytes = Lifter::most_instructions * 4;

}  // namespace

void IrRunner::bind(std::span<const Area> areas, u64 code_end) {
  hart.memory.bind(areas);
  hart.code_written.reset();
  code_end_ = code_end;
  for (Slots& slots : executable_)
    slots.entries.clear();
  std::size_t used = 0;
  for (const Area& area : areas)
    if (allows(area.access, Access::execute)) {
      if (used == executable_.size()) executable_.emplace_back();
      Slots& slots = executable_[used++];
      slots.address = area.address;
      slots.entries.resize((area.size + 1) / 2);
    }
  executable_.resize(used);
}

void IrRunner::code_changed(Range range) {
  for (Slots& slots : executable_)
    // A block that begins before the range may reach into it, also from another area.
    for (u64 back = 0; back < range.size + most_bytes; ++back) {
      const u64 offset = range.address - most_bytes + back - slots.address;
      if (offset / 2 >= slots.entries.size() || offset % 2 != 0) continue;
      std::unique_ptr<Entry>& first = slots.entries[offset / 2];
      const u64 pc = slots.address + offset;
      // Those of other variants may be longer or shorter, and all go: code seldom changes.
      for (const Entry* one = first.get(); one; one = one->next.get())
        if (one->translation->end() - pc > range.address - pc || pc - range.address < range.size) {
          first.reset();
          break;
        }
    }
}

std::unique_ptr<IrRunner::Entry>* IrRunner::slot(u64 pc) {
  for (Slots& slots : executable_) {
    const u64 offset = pc - slots.address;
    if (offset / 2 < slots.entries.size()) return &slots.entries[offset / 2];
  }
  return nullptr;
}

const Translation* IrRunner::translation_at(u64 pc) {
  std::unique_ptr<Entry>* first = slot(pc);
  if (!first) {
    hart.stop = {StopKind::fault, Access::execute, pc};
    return nullptr;
  }
  const u8 variant = variant_of(hart.state);
  for (const Entry* one = first->get(); one; one = one->next.get())
    if (one->translation->serves(variant)) return one->translation.get();

  u64 unreachable = 0;
  std::shared_ptr<const Translation> translation =
      TranslationStore::shared().translate(hart.memory, pc, variant, code_end_, form_after(0) | form_after(passes_), unreachable);
  if (!translation) {
    hart.stop = {StopKind::fault, Access::execute, unreachable};
    return nullptr;
  }
  *first = std::make_unique<Entry>(std::move(translation), std::move(*first));
  return (*first)->translation.get();
}

const ir::Block* IrRunner::block_at(u64 pc) {
  const Translation* translation = translation_at(pc);
  return translation ? &translation->lifted() : nullptr;
}

Stop IrRunner::run(Budget budget) {
  const u64 last = hart.retired + budget.instructions;
  while (true) {
    const u64 pc = hart.state.words[pc_word];
    if (pc == code_end_) return hart.stop = {.kind = StopKind::end};
    if (hart.retired == last) return hart.stop = {.kind = StopKind::budget};
    const Translation* translation = translation_at(pc);
    if (!translation) return hart.stop;
    // Only what is as lifted can be left at any instruction.
    const u64 left = last - hart.retired;
    const bool whole = passes_ != 0 && left >= translation->length();
    if (!evaluator_.run(translation->after(whole ? passes_ : 0), hart, left)) return hart.stop;
    if (hart.code_written) [[unlikely]] {
      code_changed(*hart.code_written);
      hart.code_written.reset();
    }
  }
}

}  // namespace diptych::riscv64

#include "engine/guest/riscv64/ir_runner.hpp"

#include "engine/guest/riscv64/lift.hpp"

#include <utility>

namespace diptych::riscv64 {
namespace {

constexpr u64 most_bytes = Lifter::most_instructions * 4;

}  // namespace

void IrRunner::bind(std::span<const Area> areas, u64 code_end) {
  hart.memory.bind(areas);
  hart.code_written.reset();
  code_end_ = code_end;
  entries_.clear();
  free_ = 0;
  std::size_t used = 0;
  for (const Area& area : areas)
    if (allows(area.access, Access::execute)) {
      if (used == executable_.size()) executable_.emplace_back();
      Slots& slots = executable_[used++];
      slots.address = area.address;
      slots.entries.assign((area.size + 1) / 2, 0);
    }
  executable_.resize(used);
}

void IrRunner::code_changed(Range range) {
  for (Slots& slots : executable_)
    // A block that begins before the range may reach into it, also from another area.
    for (u64 back = 0; back < range.size + most_bytes; ++back) {
      const u64 offset = range.address - most_bytes + back - slots.address;
      if (offset / 2 >= slots.entries.size() || offset % 2 != 0) continue;
      u32& first = slots.entries[offset / 2];
      const u64 pc = slots.address + offset;
      // Those of other variants may be longer or shorter, and all go: code seldom changes.
      for (u32 one = first; one != 0; one = entries_[one - 1].next)
        if (entries_[one - 1].translation->end() - pc > range.address - pc || pc - range.address < range.size) {
          give_back(std::exchange(first, 0));
          break;
        }
    }
}

u32 IrRunner::take_entry(std::shared_ptr<const Translation> translation, u32 next) {
  if (free_ == 0) {
    entries_.push_back({std::move(translation), next});
    return u32(entries_.size());
  }
  const u32 taken = free_;
  free_ = std::exchange(entries_[taken - 1].next, next);
  entries_[taken - 1].translation = std::move(translation);
  return taken;
}

void IrRunner::give_back(u32 first) {
  while (first != 0) {
    entries_[first - 1].translation.reset();
    const u32 next = std::exchange(entries_[first - 1].next, free_);
    free_ = std::exchange(first, next);
  }
}

u32* IrRunner::slot(u64 pc) {
  for (Slots& slots : executable_) {
    const u64 offset = pc - slots.address;
    if (offset / 2 < slots.entries.size()) return &slots.entries[offset / 2];
  }
  return nullptr;
}

const Translation* IrRunner::translation_at(u64 pc) {
  u32* const first = slot(pc);
  if (!first) {
    hart.stop = {StopKind::fault, Access::execute, pc};
    return nullptr;
  }
  const u8 variant = variant_of(hart.state);
  for (u32 one = *first; one != 0; one = entries_[one - 1].next)
    if (const Translation* known = entries_[one - 1].translation.get(); known->serves(variant)) return known;

  u64 unreachable = 0;
  std::shared_ptr<const Translation> translation =
      TranslationStore::shared().translate(hart.memory, pc, variant, code_end_, form_after(0) | form_after(passes_), unreachable);
  if (!translation) {
    hart.stop = {StopKind::fault, Access::execute, unreachable};
    return nullptr;
  }
  const Translation* const made = translation.get();
  *first = take_entry(std::move(translation), *first);
  return made;
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

#include "engine/guest/riscv64/translation_store.hpp"

#include "engine/guest/riscv64/fetch.hpp"
#include "engine/guest/riscv64/lift.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace diptych::riscv64 {
namespace {

// Where a block stands that serves every variant.
constexpr unsigned any_variant = 8;

}  // namespace

TranslationStore& TranslationStore::shared() {
  static TranslationStore store;
  return store;
}

std::shared_ptr<const Translation> TranslationStore::translate(AddressSpace& memory, u64 pc, u8 variant, u64 code_end,
                                                               std::size_t passes, u64& unreachable) {
  const std::scoped_lock lock(mutex_);
  // A block holds good wherever its bytes do: what stands behind it decides at most where it ends.
  auto good = [&](const std::shared_ptr<Translation>& some) {
    if (!some || some->pc() != pc || !some->serves(variant)) return false;
    if (code_end > pc && code_end < some->end()) return false;
    const u8* code = memory.reach(pc, some->code_.size(), Access::execute);
    return code && std::memcmp(code, some->code_.data(), some->code_.size()) == 0;
  };
  auto find = [&](Place& place) -> std::shared_ptr<Translation> {
    for (auto one = place.begin(); one != place.end() && *one; ++one)
      if (good(*one)) {
        std::rotate(place.begin(), one, one + 1);
        return place.front();
      }
    return nullptr;
  };
  std::shared_ptr<Translation> found = find(place(pc, any_variant));
  if (!found) found = find(place(pc, variant));
  if (!found) found = lift(memory, pc, variant, code_end, unreachable);
  if (!found) return nullptr;
  for (; found->made_ < passes; ++found->made_) {
    if (found->made_ + 1 == ir::baseline_passes) {
      lift_simplified(memory, *found);
      continue;
    }
    found->stages_[found->made_ + 1] = found->stages_[found->made_];
    ir::passes()[found->made_].run(found->stages_[found->made_ + 1], scratch_);
  }
  return found;
}

// What host code is made of, in the way it is made for a program that is not compared with anything: so this
// way is compared, too.
void TranslationStore::lift_simplified(AddressSpace& memory, Translation& translation) {
  const ir::Block& lifted = translation.lifted();
  Lifter lifter(translation.stages_[ir::baseline_passes], lifted.pc(), lifted.variant, scratch_);
  u64 unreachable = 0;
  for (const ir::GuestInstruction& guest : lifted.guest)
    if (!lifter.add(*fetch(memory, guest.pc, unreachable))) return;
  lifter.finish();
}

std::shared_ptr<Translation> TranslationStore::lift(AddressSpace& memory, u64 pc, u8 variant, u64 code_end,
                                                    u64& unreachable) {
  std::optional<Decoded> decoded = fetch(memory, pc, unreachable);
  if (!decoded) return nullptr;
  // The storage of a block that nobody has any more is used again.
  std::shared_ptr<Translation> made = spare_ && spare_.use_count() == 1 ? std::move(spare_) : std::make_shared<Translation>();
  made->made_ = 0;
  made->code_.clear();
  Lifter lifter(made->stages_[0], pc, variant);
  // What cannot be fetched further on is no part of the block: it stops when it is reached.
  for (std::size_t count = 1;; ++count) {
    if (!lifter.add(*decoded)) break;
    if (count < Lifter::most_instructions && lifter.pc() != code_end) decoded = fetch(memory, lifter.pc(), unreachable);
    else decoded.reset();
    if (!decoded) {
      lifter.finish();
      break;
    }
  }
  made->uses_variant_ = lifter.uses_variant();
  const u8* code = memory.reach(pc, made->end() - pc, Access::execute);
  if (!code) return made;  // it lies in two areas, and is lifted anew each time
  made->code_.assign(code, code + (made->end() - pc));
  Place& kept_at = place(pc, made->uses_variant_ ? variant : any_variant);
  std::ranges::rotate(kept_at, kept_at.end() - 1);
  spare_ = std::exchange(kept_at.front(), made);
  return made;
}

}  // namespace diptych::riscv64

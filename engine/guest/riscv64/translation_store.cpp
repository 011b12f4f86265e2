#include "engine/guest/riscv64/translation_store.hpp"

#include "engine/guest/riscv64/fetch.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace diptych::riscv64 {
namespace {

// Where a block stands that serves every variant.
constexpr unsigned any_variant = 8;

// The form that host code is made of is lifted as it is, in the way it is lifted for a program that is not
// compared with anything: so this way is compared, too. All others are made of the one before.
constexpr bool is_lifted(std::size_t form) { return form == 0 || form == ir::baseline_passes; }

}  // namespace

TranslationStore& TranslationStore::shared() {
  static TranslationStore store;
  return store;
}

std::shared_ptr<const Translation> TranslationStore::translate(AddressSpace& memory, u64 pc, u8 variant, u64 code_end,
                                                               Forms forms, u64& unreachable) {
  const std::scoped_lock lock(mutex_);
  // A block holds good wherever its bytes do and where lifting would end it at the same place.
  auto good = [&](const std::shared_ptr<Translation>& some) {
    if (!some || some->pc() != pc || !some->serves(variant)) return false;
    if (code_end > pc && code_end < some->end()) return false;
    const u8* code = memory.reach(pc, some->code_.size(), Access::execute);
    if (!code || std::memcmp(code, some->code_.data(), some->code_.size()) != 0) return false;
    return !some->cut_ || code_end == some->end() || !fetch(memory, some->end(), unreachable);
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
  if (!found) found = lift(memory, pc, variant, code_end, forms == form_after(ir::baseline_passes) ? ir::baseline_passes : 0, unreachable);
  if (!found) return nullptr;
  for (Forms wanted = forms & Forms(~found->made_); wanted != 0; wanted &= wanted - 1) make(memory, *found, std::size_t(std::countr_zero(wanted)));
  return found;
}

void TranslationStore::make(AddressSpace& memory, Translation& translation, std::size_t form) {
  if (translation.made_ & form_after(form)) return;
  if (is_lifted(form)) {
    lift_again(memory, translation, form);
  } else {
    make(memory, translation, form - 1);
    translation.forms_[form] = translation.forms_[form - 1];
    ir::passes()[form - 1].run(translation.forms_[form], scratch_);
  }
  translation.made_ |= form_after(form);
}

Lifter TranslationStore::lifter_of(Translation& translation, std::size_t form) {
  ir::Block& block = translation.forms_[form];
  return form == 0 ? Lifter(block, translation.pc_, translation.variant_)
                   : Lifter(block, translation.pc_, translation.variant_, scratch_);
}

void TranslationStore::lift_again(AddressSpace& memory, Translation& translation, std::size_t form) {
  Lifter lifter = lifter_of(translation, form);
  u64 unreachable = 0;
  for (std::size_t i = 0; i < translation.length_; ++i)
    if (!lifter.add(*fetch(memory, lifter.pc(), unreachable))) return;
  lifter.finish();
}

std::shared_ptr<Translation> TranslationStore::lift(AddressSpace& memory, u64 pc, u8 variant, u64 code_end,
                                                    std::size_t form, u64& unreachable) {
  std::optional<Decoded> decoded = fetch(memory, pc, unreachable);
  if (!decoded) return nullptr;
  // The storage of a block that nobody has any more is used again.
  std::shared_ptr<Translation> made = spare_ && spare_.use_count() == 1 ? std::move(spare_) : std::make_shared<Translation>();
  made->pc_ = pc;
  made->variant_ = variant;
  made->made_ = form_after(form);
  made->length_ = 0;
  made->cut_ = false;
  made->code_.clear();
  Lifter lifter = lifter_of(*made, form);
  // What cannot be fetched further on is no part of the block: it stops when it is reached.
  while (true) {
    ++made->length_;
    if (!lifter.add(*decoded)) break;
    const bool full = made->length_ == Lifter::most_instructions;
    if (!full && lifter.pc() != code_end) decoded = fetch(memory, lifter.pc(), unreachable);
    else decoded.reset();
    if (!decoded) {
      made->cut_ = !full;
      lifter.finish();
      break;
    }
  }
  made->end_ = made->forms_[form].end();
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

// Translations, where they are found, and the jumps between them.
#pragma once

#include "engine/guest/hart.hpp"
#include "engine/jit/compiler.hpp"
#include "engine/tier/block_table.hpp"

#include <memory>

namespace diptych {

class CodeCache {
 public:
  /// `frame` outlives the cache, whose jump cache it holds. Code memory is at least what one block may need.
  static Result<std::unique_ptr<CodeCache>> create(jit::Frame& frame, std::size_t size);

  using Index = u32;

  /// A translation that begins at the PC and serves the variant.
  std::optional<Index> find(u64 pc, u8 variant) const;

  /// Adds one. Where there is no room, everything there was is forgotten first. Nothing if the block alone
  /// is too much.
  std::optional<Index> add(const ir::Block& block, const jit::Compiler::Request& request, bool uses_variant);

  /// Whether a translation holds good for the variant.
  bool serves(Index index, u8 variant) const {
    const jit::Translation& one = records_.translations[index];
    return !one.uses_variant || one.variant == variant;
  }
  /// Lets one be found again that was forgotten: the bytes it was made from are back.
  void revive(Index index) { by_pc_.add(records_.translations[index].pc, index); }

  const jit::Translation& operator[](Index index) const { return records_.translations[index]; }
  const jit::Records& records() const { return records_; }

  /// Runs from the begin of a translation until code leaves.
  void enter(Index index) { enter_(&frame_, a_.address(records_.translations[index].code)); }

  /// Makes a jump go straight to a translation of its target.
  void link(u32 link, Index to);
  /// Lets indirect jumps find a translation.
  void remember(Index index);

  /// Forgets what was translated from these bytes.
  void invalidate(Range range);
  /// What was linked for one variant is not for another.
  void change_variant();
  void clear();
  /// Places of the jump cache in use.
  std::size_t remembered() const { return remembered_.size(); }
  /// Counts how often everything was forgotten: indices and links are of one generation.
  u32 generation() const { return generation_; }

  /// Where host code goes on whose access faulted; 0 if it is none of the cache's. `for_good`: if it can, it
  /// goes there from now on without trying. May be called within a signal handler.
  u64 redirect(u64 host_pc, bool for_good);
  const u8* begin() const { return memory_.executable(); }
  const u8* end() const { return memory_.executable() + memory_.size(); }

 private:
  CodeCache(jit::Frame& frame, CodeMemory memory);
  void unlink(u32 link);
  void forget(u32 link);
  void forget_jumps();

  jit::Frame& frame_;
  CodeMemory memory_;
  jit::FrameLayout layout_;
  jit::Assembler a_;
  jit::Routines routines_;
  jit::Records records_;
  jit::Compiler compiler_;
  void (*enter_)(jit::Frame*, const u8*) = nullptr;
  u32 generation_ = 0;
  u32 first_ = 0;  // position behind the routines
  BlockTable by_pc_;
  u64 longest_ = 0;  // bytes of guest code that a translation in the table was made from, at most
  std::vector<u32> linked_by_variant_;  // links into translations that serve one variant only
  std::vector<u32> remembered_;         // places of the jump cache in use
};

}  // namespace diptych

// Blocks as lifted and as each pass leaves them, shared by all runners that evaluate IR: those of the
// stages `ir` and `ir:PASS`, and those that emit host code, have the same code before them at the same
// time, and what one has lifted, and run passes over, the next need not.
#pragma once

#include "engine/ir/passes/passes.hpp"
#include "engine/memory/address_space.hpp"

#include <array>
#include <memory>
#include <mutex>
#include <vector>

namespace diptych::riscv64 {

/// A block of guest code, translated.
class Translation {
 public:
  const ir::Block& lifted() const { return stages_[0]; }
  /// As it is behind the first `passes` passes, no more than it was asked of the store for.
  const ir::Block& after(std::size_t passes) const { return stages_[passes]; }
  u64 pc() const { return lifted().pc(); }
  u64 end() const { return lifted().end(); }
  bool uses_variant() const { return uses_variant_; }
  bool serves(u8 variant) const { return !uses_variant_ || lifted().variant == variant; }

 private:
  friend class TranslationStore;
  static constexpr std::size_t most_passes = 5;

  std::array<ir::Block, most_passes + 1> stages_;
  std::size_t made_ = 0;  // of the stages, beside the first
  bool uses_variant_ = false;
  std::vector<u8> code_;  // what it was lifted from
};

/// May be asked from several threads at once.
class TranslationStore {
 public:
  static TranslationStore& shared();

  /// The block that begins at an address, behind so many passes; it ends at the latest before `code_end`,
  /// and never changes. Null, with the first byte that cannot be executed, where `memory` does not hold a
  /// whole instruction there.
  std::shared_ptr<const Translation> translate(AddressSpace& memory, u64 pc, u8 variant, u64 code_end,
                                               std::size_t passes, u64& unreachable);

 private:
  // Enough for the blocks of a program that a fuzzer makes. Code that changes itself comes back to what it
  // was with the next input: so a place keeps the last few, the latest first.
  static constexpr std::size_t places = 512;
  static constexpr std::size_t kept = 4;
  using Place = std::array<std::shared_ptr<Translation>, kept>;

  Place& place(u64 pc, unsigned variant) { return places_[(pc / 2 * 9 + variant) % places]; }
  void lift_simplified(AddressSpace& memory, Translation& translation);
  std::shared_ptr<Translation> lift(AddressSpace& memory, u64 pc, u8 variant, u64 code_end, u64& unreachable);

  std::mutex mutex_;
  std::array<Place, places> places_;
  std::shared_ptr<Translation> spare_;  // the last that was put out of its place
  ir::Scratch scratch_;
};

}  // namespace diptych::riscv64

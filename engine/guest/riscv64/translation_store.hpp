// Blocks as lifted and as each pass leaves them, shared by all runners that evaluate IR: those of the
// stages `ir` and `ir:PASS`, and those that emit host code, have the same code before them at the same
// time, and what one has lifted, and run passes over, the next need not.
#pragma once

#include "engine/guest/riscv64/lift.hpp"
#include "engine/ir/passes/passes.hpp"
#include "engine/memory/address_space.hpp"

#include <array>
#include <memory>
#include <mutex>
#include <vector>

namespace diptych::riscv64 {

/// Which forms of a block: a bit for each number of passes it went through.
using Forms = u8;
constexpr Forms form_after(std::size_t passes) { return Forms(1u << passes); }

/// A block of guest code, translated. It has the forms it was asked of the store in.
class Translation {
 public:
  const ir::Block& lifted() const { return forms_[0]; }
  const ir::Block& after(std::size_t passes) const { return forms_[passes]; }
  u64 pc() const { return pc_; }
  u64 end() const { return end_; }
  /// How many guest instructions.
  std::size_t length() const { return length_; }
  bool uses_variant() const { return uses_variant_; }
  bool serves(u8 variant) const { return !uses_variant_ || variant_ == variant; }

 private:
  friend class TranslationStore;
  static constexpr std::size_t most_passes = 5;

  std::array<ir::Block, most_passes + 1> forms_;
  Forms made_ = 0;
  u64 pc_ = 0, end_ = 0;
  std::size_t length_ = 0;
  u8 variant_ = 0;
  bool uses_variant_ = false;
  bool cut_ = false;      // it ends where code could not be fetched or a program ended, not by what it holds
  std::vector<u8> code_;  // what it was lifted from
};

/// May be asked from several threads at once.
class TranslationStore {
 public:
  static TranslationStore& shared();

  /// The block that begins at an address, in these forms; it ends at the latest before `code_end`, and never
  /// changes. It is what would be lifted now, whatever was asked for before. Null, with the first byte that cannot be executed, where `memory` does not hold a whole
  /// instruction there.
  std::shared_ptr<const Translation> translate(AddressSpace& memory, u64 pc, u8 variant, u64 code_end, Forms forms,
                                               u64& unreachable);

 private:
  // Enough for the blocks of a program that a fuzzer makes, and what they become in its runs if they change
  // themselves: the machines run all of its inputs, one after the other. A place keeps the last few, the latest
  // first. With more of them, each would be written to memory that the caches have long given up.
  static constexpr std::size_t places = 4;
  static constexpr std::size_t kept = 16;
  using Place = std::array<std::shared_ptr<Translation>, kept>;

  Place& place(u64 pc, unsigned variant) { return places_[(pc / 2 * 9 + variant) % places]; }
  std::shared_ptr<Translation> lift(AddressSpace& memory, u64 pc, u8 variant, u64 code_end, std::size_t form, u64& unreachable);
  void lift_again(AddressSpace& memory, Translation& translation, std::size_t form);
  void make(AddressSpace& memory, Translation& translation, std::size_t form);
  Lifter lifter_of(Translation& translation, std::size_t form);

  std::mutex mutex_;
  std::array<Place, places> places_;
  std::shared_ptr<Translation> spare_;  // the last that was put out of its place
  ir::Scratch scratch_;
};

}  // namespace diptych::riscv64

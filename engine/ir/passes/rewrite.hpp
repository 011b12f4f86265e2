// Writes a block anew, an instruction at a time: each may be kept, changed, left out in favour of an
// earlier value, or have others put before it. Uses follow by themselves.
#pragma once

#include "engine/ir/passes/scratch.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

namespace diptych::ir {

/// Puts an instruction somewhere with its operands under their new names, by old ones. All four, those not
/// there included: a loop that ends where they do is mispredicted more often than not. Two at a time: what
/// is written in smaller pieces than it is read again soon has to wait until it is in the cache.
inline void put_renamed(Instruction& to, const Instruction& from, const ValueId* renamed, ValueId none) {
  static_assert(std::endian::native == std::endian::little);
  const auto of = [&](std::size_t k) { return u64{renamed[std::min(from.operands[k], none)]}; };
  const std::array<u64, 2> pairs = {of(0) | of(1) << 32, of(2) | of(3) << 32};
  std::memmove(&to, &from, sizeof to);
  std::memcpy(to.operands.data(), pairs.data(), sizeof pairs);
}

class Rewrite {
 public:
  /// A rewrite that `grows` may append more than it was given; one that does not works in place.
  Rewrite(Block& block, Scratch& scratch, bool grows = false) : block_(block), scratch_(scratch), grows_(grows) {}

  /// Calls `visit(instruction)` for each instruction in order, its operands already renamed. It returns the
  /// value to be used where the instruction's was: that of append() if it keeps it, an earlier one if it
  /// does not, no_value where there is none. The instruction it is shown lies where the next one appended
  /// will: to append it unchanged copies nothing, and after anything else was appended it is gone.
  template <class Visit>
  void run(Visit visit) {
    const std::size_t size = block_.instructions.size();
    const ValueId none = ValueId(size);
    if (scratch_.renamed.size() <= size) scratch_.renamed.resize(size + 1);
    ValueId* const renamed = scratch_.renamed.data();
    renamed[none] = no_value;
    if (grows_) {
      if (scratch_.out.size() < size + 16) scratch_.out.resize(size + 16);
      room_ = scratch_.out.size();
    } else {
      room_ = size;
    }
    const Instruction* const in = block_.instructions.data();
    out_ = grows_ ? scratch_.out.data() : block_.instructions.data();
    for (std::size_t g = 0; g < block_.guest.size() && !ended_; ++g) {
      const std::size_t first = block_.guest[g].first, end = block_.end_of(g);
      block_.guest[g].first = u32(count_);
      for (std::size_t n = first; n < end; ++n) {
        if (count_ == room_) [[unlikely]] grow();
        Instruction& i = out_[count_];
        put_renamed(i, in[n], renamed, none);
        renamed[n] = visit(std::as_const(i));
        if (ended_) [[unlikely]] {
          block_.guest.resize(g + 1);
          break;
        }
      }
    }
    if (grows_) block_.instructions.assign(out_, out_ + count_);
    else block_.instructions.resize(count_);
  }

  /// The instruction that makes a value, as it now is.
  const Instruction& operator[](ValueId value) const { return out_[value]; }
  std::span<const Instruction> made() const { return {out_, count_}; }

  ValueId append(const Instruction& instruction) {
    if (count_ == room_) [[unlikely]] grow();
    if (&instruction != &out_[count_]) std::memcpy(&out_[count_], &instruction, sizeof instruction);
    return ValueId(count_++);
  }
  /// Appends the block's last instruction: nothing behind it can be reached.
  ValueId end_with(const Instruction& terminator) {
    ended_ = true;
    return append(terminator);
  }

 private:
  // Not of a rewrite in place, which never appends more than it has been shown.
  void grow() {
    scratch_.out.resize(room_ * 2);
    room_ = scratch_.out.size();
    out_ = scratch_.out.data();
  }

  Block& block_;
  Scratch& scratch_;
  Instruction* out_ = nullptr;
  std::size_t count_ = 0;
  std::size_t room_ = 0;
  bool grows_;
  bool ended_ = false;
};

}  // namespace diptych::ir

// Which parts of memory are no longer what they were. A run changes little, and whoever knows where has
// little to compare and to put back.
#pragma once

#include "engine/machine/outcome.hpp"

#include <algorithm>
#include <bit>
#include <span>

namespace diptych {

/// How many words the bits for so many bytes take.
constexpr std::size_t words_of_lines(u64 size) { return (size + 64 * line_size - 1) / (64 * line_size); }

/// Sets the bits of the lines that so many bytes lie in, one at the least.
inline void note_written(u64* lines, u64 offset, u64 size) {
  const u64 last = (offset + size - 1) / line_size;
  for (u64 line = offset / line_size; line <= last; ++line) lines[line / 64] |= u64{1} << (line % 64);
}

/// A bit for each of at most 64 lines that differ.
using FindLines = u64 (*)(const u8* now, const u8* before, std::size_t lines);

/// The ways this host has, the fastest first. They find the same.
std::span<const FindLines> ways_to_find_lines();

/// Sets a bit for each line of `now` that differs from `before`, and clears the others. Every byte is looked at.
void find_changed_lines(std::span<const u8> now, std::span<const u8> before, std::span<u64> changed);

/// The same where no line differs whose bit is not set in `written`.
void find_changed_lines(std::span<const u8> now, std::span<const u8> before, std::span<const u64> written, std::span<u64> changed);

/// Calls with offset and size of each line whose bit is set, of so many bytes, until it says false. Whether it
/// never did.
template <class Visit>
bool all_of_lines(std::span<const u64> changed, u64 size, Visit visit) {
  for (std::size_t word = 0; word < changed.size(); ++word)
    for (u64 left = changed[word]; left != 0; left &= left - 1) {
      const u64 offset = (word * 64 + u64(std::countr_zero(left))) * line_size;
      if (!visit(offset, std::min(line_size, size - offset))) return false;
    }
  return true;
}

}  // namespace diptych

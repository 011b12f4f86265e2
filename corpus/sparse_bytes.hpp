// Bytes said here and there in a large address space, kept as aligned lines of 16.
#pragma once

#include "engine/machine/program.hpp"

#include <array>
#include <map>
#include <span>
#include <vector>

namespace diptych {

class SparseBytes {
 public:
  SparseBytes() = default;
  SparseBytes(const SparseBytes&) = delete;
  SparseBytes& operator=(const SparseBytes&) = delete;

  static constexpr u64 line_size = 16;

  struct Line {
    std::array<u8, line_size> bytes{};  ///< zero where nothing was said
    u16 said = 0;                       ///< one bit a byte
  };

  /// Says one byte; false, and nothing changes, where another value was said before.
  bool say(u64 address, u8 value);

  /// Lays bytes over whatever was said before.
  void lay(const Bytes& some);

  /// Everything said, in runs as long as a page allows: one never reaches into the next page, which may
  /// belong to another area.
  std::vector<Bytes> runs() const;

  /// The line at a multiple of the line size, whole.
  Bytes line(u64 address) const;

  /// The lines inside [first, first + size) that are not zero, whole, neighbours joined. Both bounds are
  /// multiples of the line size.
  std::vector<Bytes> nonzero_lines(u64 first, u64 size) const;

 private:
  Line& line_of(u64 address);

  std::map<u64, Line> lines_;
  std::map<u64, Line>::iterator last_ = lines_.end();
};

}  // namespace diptych

// An arena for host code: the same memory mapped twice, once to write and once to execute, never both.
#pragma once

#include "engine/machine/error.hpp"
#include "engine/machine/integers.hpp"

#include <cstddef>
#include <utility>

namespace diptych {

/// The views lie anywhere; within the executable one every distance fits a 32-bit displacement.
/// A process forked while one lives shares its bytes with the parent, and so must not write to them.
class CodeMemory {
 public:
  static constexpr std::size_t most = std::size_t{1} << 30;

  /// Zeroed, in whole pages: at least `size` bytes, and at most `most`. Takes host memory only as it is written.
  static Result<CodeMemory> create(std::size_t size);

  CodeMemory(CodeMemory&& other) noexcept
      : writable_(std::exchange(other.writable_, nullptr)),
        executable_(std::exchange(other.executable_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  CodeMemory& operator=(CodeMemory&& other) noexcept {
    std::swap(writable_, other.writable_);
    std::swap(executable_, other.executable_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~CodeMemory();

  u8* writable() const { return writable_; }
  const u8* executable() const { return executable_; }
  std::size_t size() const { return size_; }

 private:
  CodeMemory(u8* writable, u8* executable, std::size_t size)
      : writable_(writable), executable_(executable), size_(size) {}

  u8* writable_;
  u8* executable_;
  std::size_t size_;
};

}  // namespace diptych

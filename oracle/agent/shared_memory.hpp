// Memory that this process and the agent's both map, and the way each wakes the other in it.
#pragma once

#include "engine/machine/error.hpp"
#include "engine/machine/integers.hpp"

#include <chrono>
#include <memory>

namespace diptych::agent {

class SharedMemory {
 public:
  /// Sparse: only what is touched takes memory.
  static Result<std::unique_ptr<SharedMemory>> create(std::size_t size);
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory();

  int descriptor() const { return descriptor_; }
  u8* at(u64 offset) const { return bytes_ + offset; }
  template <class T>
  T* as(u64 offset) const {
    return reinterpret_cast<T*>(bytes_ + offset);
  }

 private:
  SharedMemory(int descriptor, u8* bytes, std::size_t size) : descriptor_(descriptor), bytes_(bytes), size_(size) {}
  int descriptor_;
  u8* bytes_;
  std::size_t size_;
};

/// Sleeps until the word is woken, unless it no longer holds `seen`. False if the time passed instead.
bool sleep_on(const u32* word, u32 seen, std::chrono::milliseconds at_most);
void wake(const u32* word);

}  // namespace diptych::agent

// Bytes that begin where a line of the host's caches does: who compares much of them reads each line once.
#pragma once

#include "engine/machine/outcome.hpp"

#include <new>
#include <vector>

namespace diptych {

template <class T>
struct LineAllocator {
  using value_type = T;
  LineAllocator() = default;
  template <class U>
  constexpr LineAllocator(const LineAllocator<U>&) {}

  T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), std::align_val_t{line_size})); }
  void deallocate(T* at, std::size_t) { ::operator delete(at, std::align_val_t{line_size}); }

  bool operator==(const LineAllocator&) const = default;
};

using LineBytes = std::vector<u8, LineAllocator<u8>>;

}  // namespace diptych

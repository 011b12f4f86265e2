// Room for copies of pages, taken and given back one at a time.
#pragma once

#include "engine/machine/integers.hpp"

#include <vector>

namespace diptych {

/// What was given back is taken again first: the host need not find and clear memory for it.
class PagePool {
 public:
  PagePool() = default;
  PagePool(const PagePool&) = delete;
  PagePool& operator=(const PagePool&) = delete;
  ~PagePool();

  /// Throws std::bad_alloc where the host has no more.
  u8* take();
  void give_back(u8* page);

  /// Pages taken and not given back.
  std::size_t used() const { return used_; }

 private:
  std::vector<u8*> slabs_;
  std::vector<u8*> free_;
  std::size_t used_ = 0;
};

}  // namespace diptych

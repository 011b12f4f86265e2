#include "engine/memory/page_pool.hpp"

#include "engine/machine/program.hpp"

#include <algorithm>
#include <new>

#include <sys/mman.h>

namespace diptych {
namespace {

constexpr std::size_t slab_pages = 512;
// So many that are free keep their memory, or as many as are in use.
constexpr std::size_t kept_free = 4096;

}  // namespace

PagePool::~PagePool() {
  for (u8* slab : slabs_) munmap(slab, slab_pages * page_size);
}

u8* PagePool::take() {
  if (free_.empty()) {
    void* const mapped = mmap(nullptr, slab_pages * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    u8* const slab = static_cast<u8*>(mapped);
    slabs_.push_back(slab);
    for (std::size_t i = slab_pages; i-- > 0;) free_.push_back(slab + i * page_size);
  }
  u8* const page = free_.back();
  free_.pop_back();
  ++used_;
  return page;
}

void PagePool::give_back(u8* page) {
  --used_;
  if (free_.size() >= std::max(kept_free, used_)) madvise(page, page_size, MADV_DONTNEED);
  free_.push_back(page);
}

}  // namespace diptych

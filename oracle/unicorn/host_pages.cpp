#include "oracle/unicorn/host_pages.hpp"

#include <sys/mman.h>

namespace diptych::unicorn {

std::shared_ptr<HostPages> HostPages::allocate(std::size_t size) {
  void* data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) return nullptr;
  return std::shared_ptr<HostPages>(new HostPages(static_cast<u8*>(data), size));
}

HostPages::~HostPages() { munmap(data_, size_); }

}  // namespace diptych::unicorn

// Zeroed, page-aligned host memory that a guest's pages can be mapped onto.
#pragma once

#include "engine/machine/integers.hpp"

#include <memory>

namespace diptych::unicorn {

class HostPages {
 public:
  /// nullptr when the host has no memory left.
  static std::shared_ptr<HostPages> allocate(std::size_t size);

  HostPages(const HostPages&) = delete;
  HostPages& operator=(const HostPages&) = delete;
  ~HostPages();

  u8* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  HostPages(u8* data, std::size_t size) : data_(data), size_(size) {}

  u8* data_;
  std::size_t size_;
};

}  // namespace diptych::unicorn

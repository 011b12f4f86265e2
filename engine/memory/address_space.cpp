#include "engine/memory/address_space.hpp"

namespace diptych {

u8* AddressSpace::reach_in_window(u64 address, u64 size, Access access) {
  if (size > window_size_ - address) return nullptr;
  const u64 first = address & ~(page_size - 1);
  for (u64 page = first; page < address + size; page += page_size)
    if (!window_->mapped(page) || !allows(window_->rights(page), access)) return nullptr;
  if (allows(access, Access::write))
    for (u64 page = first; page < address + size; page += page_size) {
      if (!window_->watched(page)) continue;
      if (!window_->unwatch(page, page_size)) return nullptr;
      stale_.push_back(page);
    }
  return base_ + address;
}

u8* AddressSpace::reach_in_areas(u64 address, u64 size, Access access) {
  for (const Area& area : areas_)
    if (area.contains(address)) {
      last_ = area;
      return within(area, address, size, access);
    }
  return nullptr;
}

bool AddressSpace::read_across(u64 address, void* to, u64 size, u64& unreachable) {
  for (u64 i = 0; i < size; ++i) {
    const u8* host = reach(address + i, 1, Access::read);
    if (!host) {
      unreachable = address + i;
      return false;
    }
    static_cast<u8*>(to)[i] = *host;
  }
  return true;
}

bool AddressSpace::write_across(u64 address, const void* from, u64 size, u64& unreachable) {
  for (u64 i = 0; i < size; ++i)
    if (!reach(address + i, 1, Access::write)) {
      unreachable = address + i;
      return false;
    }
  for (u64 i = 0; i < size; ++i) *reach(address + i, 1, Access::write) = static_cast<const u8*>(from)[i];
  return true;
}

}  // namespace diptych

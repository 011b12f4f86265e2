#include "engine/memory/address_space.hpp"

namespace diptych {

bool AddressSpace::watch_accesses(Range range, Access access) {
  if (!watches_.add(range, access)) return false;
  last_ = {};
  const auto trap = window_ ? Watches::trap_for(range, access, *window_) : std::nullopt;
  if (!trap || window_->trap(*trap)) return true;
  watches_.remove(range, access);
  return false;
}

void AddressSpace::unwatch_accesses(Range range, Access access) {
  if (!watches_.remove(range, access) || !window_) return;
  if (const auto trap = Watches::trap_for(range, access, *window_)) window_->untrap(*trap);
}

bool AddressSpace::hits(u64 address, u64 size, Access access) {
  if (watches_.empty() || ignores_watches_) return false;
  hit_ = watches_.touched(address, size, access, passed_hits_);
  return hit_.has_value();
}

u8* AddressSpace::reach_in_window(u64 address, u64 size, Access access) {
  if (size > window_size_ - address) return nullptr;
  const u64 first = address & ~(page_size - 1);
  for (u64 page = first; page < address + size; page += page_size)
    if (!window_->mapped(page) || !allows(window_->rights(page), access)) return nullptr;
  if (hits(address, size, access)) return nullptr;
  if (allows(access, Access::write))
    for (u64 page = first; page < address + size; page += page_size) {
      if (!window_->watched(page)) continue;
      if (!window_->unwatch(page, page_size)) return nullptr;
      stale_.push_back(page);
    }
  return window_->open(address, size, access);
}

u8* AddressSpace::reach_in_areas(u64 address, u64 size, Access access) {
  for (const Area& area : areas_)
    if (area.contains(address)) {
      if (watches_.empty()) last_ = area;
      u8* const host = within(area, address, size, access);
      return host && hits(address, size, access) ? nullptr : host;
    }
  return nullptr;
}

// What is not permitted counts before what is watched, be it further on.
bool AddressSpace::all_reached(u64 address, u64 size, Access access, u64& unreachable) {
  std::optional<WatchHit> first;
  for (u64 i = 0; i < size; ++i) {
    if (reach(address + i, 1, access)) continue;
    const std::optional<WatchHit> hit = take_watch_hit();
    if (!hit) {
      unreachable = address + i;
      return false;
    }
    if (!first) first = hit;
  }
  hit_ = first;
  if (first) unreachable = first->address;
  return !first;
}

bool AddressSpace::read_across(u64 address, void* to, u64 size, u64& unreachable) {
  hit_.reset();
  if (!all_reached(address, size, Access::read, unreachable)) return false;
  for (u64 i = 0; i < size; ++i) static_cast<u8*>(to)[i] = *reach(address + i, 1, Access::read);
  return true;
}

bool AddressSpace::write_across(u64 address, const void* from, u64 size, u64& unreachable) {
  hit_.reset();
  if (!all_reached(address, size, Access::write, unreachable)) return false;
  for (u64 i = 0; i < size; ++i) *reach(address + i, 1, Access::write) = static_cast<const u8*>(from)[i];
  return true;
}

}  // namespace diptych

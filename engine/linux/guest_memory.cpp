#include "engine/linux/guest_memory.hpp"

#include "engine/linux/layout.hpp"

#include <algorithm>

namespace diptych::linux_guest {

u64 GuestMemory::prefix(u64 address, u64 size, Access access) const {
  if (address >= address_limit) return 0;
  const u64 end = address + std::min(size, address_limit - address);
  u64 at = address;
  while (at < end && allows(window_.rights(at), access)) at = page_floor(at) + page_size;
  return std::min(at, end) - address;
}

u8* GuestMemory::reach(u64 address, u64 size, Access access) {
  if (prefix(address, size, access) != size) return nullptr;
  if (!allows(access, Access::write) || size == 0) return window_.open(address, size, access);
  if (noted_) noted_->push_back({address, size});
  for (u64 page = page_floor(address); page < address + size; page += page_size) {
    if (window_.watched(page)) window_.unwatch(page, page_size);
    else if (!allows(window_.rights(page), Access::execute)) continue;
    tier_.code_changed({page, page_size});
  }
  return window_.open(address, size, access);
}

std::optional<std::string> GuestMemory::text(u64 address, u64 most) const {
  const u64 readable = prefix(address, most, Access::read);
  const char* begin = reinterpret_cast<const char*>(window_.open(address, readable, Access::read));
  const void* zero = readable && begin ? std::memchr(begin, 0, readable) : nullptr;
  if (!zero) return std::nullopt;
  return std::string(begin, static_cast<const char*>(zero));
}

}  // namespace diptych::linux_guest

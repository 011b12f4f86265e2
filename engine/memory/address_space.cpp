#include "engine/memory/address_space.hpp"

namespace diptych {

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

#include "engine/debug/guest_bytes.hpp"

#include "engine/memory/address_space.hpp"

#include <algorithm>
#include <cstring>

namespace diptych {
namespace {

// The host bytes of an address up to the end of its area, where it lies in one beside the window. Pages of the
// window may refuse the host what the guest may do.
std::span<u8> beside_window(const AddressSpace& memory, u64 address) {
  if (memory.window() && memory.window()->mapped(address)) return {};
  for (const Area& area : memory.areas())
    if (const u64 offset = address - area.address; offset < area.size) return {area.host + offset, area.size - offset};
  return {};
}

// How many of the next bytes lie in mapped pages.
std::size_t mapped_from(const Window& window, u64 address, std::size_t most) {
  std::size_t size = 0;
  while (size < most && window.mapped(address + size)) size += page_size - (address + size) % page_size;
  return std::min(size, most);
}

}  // namespace

std::size_t read_guest(Tier& tier, u64 address, std::span<u8> bytes) {
  const AddressSpace& memory = tier.hart().memory;
  std::size_t done = 0;
  while (done < bytes.size()) {
    const std::span<u8> area = beside_window(memory, address + done);
    std::size_t part = std::min(area.size(), bytes.size() - done);
    if (part != 0) std::memcpy(bytes.data() + done, area.data(), part);
    else if (memory.window()) part = memory.window()->look(address + done, bytes.subspan(done));
    if (part == 0) break;
    done += part;
  }
  return done;
}

bool write_guest(Tier& tier, u64 address, std::span<const u8> bytes) {
  const AddressSpace& memory = tier.hart().memory;
  Window* const window = memory.window();
  // The first pass asks, the second writes.
  for (const bool writes : {false, true})
    for (std::size_t done = 0; done < bytes.size();) {
      const u64 at = address + done;
      const std::span<u8> area = beside_window(memory, at);
      std::size_t part = std::min(area.size(), bytes.size() - done);
      if (part != 0) {
        if (writes) std::memcpy(area.data(), bytes.data() + done, part);
      } else if (window && (part = mapped_from(*window, at, bytes.size() - done)) != 0) {
        if (writes && !window->fill(at, bytes.subspan(done, part))) return false;
      } else {
        return false;
      }
      done += part;
    }
  if (!bytes.empty()) tier.code_changed({address, bytes.size()});
  return true;
}

}  // namespace diptych

#include "engine/memory/watches.hpp"

#include <algorithm>

namespace diptych {

bool Watches::add(Range range, Access access) {
  if (range.size == 0 || range.size > largest || range.size - 1 > ~range.address) return false;
  if (access == Access::none || !allows(Access::read | Access::write, access) || watches_.size() == most) return false;
  watches_.push_back({range, access});
  return true;
}

bool Watches::remove(Range range, Access access) {
  const auto found = std::ranges::find(watches_, Watch{range, access});
  if (found == watches_.end()) return false;
  watches_.erase(found);
  return true;
}

std::optional<WatchHit> Watches::touched(u64 address, u64 size, Access access, std::span<const WatchHit> passed) const {
  std::optional<WatchHit> hit;
  for (const Watch& watch : watches_) {
    const Access both = Access(u8(watch.access) & u8(access));
    const u64 first = std::max(address, watch.range.address);
    // Differences, because a range may end at the last address.
    if (both == Access::none || first - address >= size || first - watch.range.address >= watch.range.size) continue;
    if (std::ranges::any_of(passed, [&](const WatchHit& before) { return watch.was_hit(before, both); })) continue;
    if (!hit || first < hit->address) hit = {first, both};
    else if (first == hit->address) hit->access = hit->access | both;
  }
  return hit;
}

std::optional<Window::Trap> Watches::trap_for(Range range, Access access, const Window& window) {
  if (range.address >= window.size()) return std::nullopt;
  const u64 last = std::min(range.address + (range.size - 1), window.size() - 1);
  return Window::Trap{range.address / page_size, last / page_size + 1, access};
}

std::vector<Window::Trap> Watches::traps(const Window& window) const {
  std::vector<Window::Trap> traps;
  for (const Watch& watch : watches_)
    if (const auto trap = trap_for(watch.range, watch.access, window)) traps.push_back(*trap);
  return traps;
}

}  // namespace diptych

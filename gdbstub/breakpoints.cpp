#include "gdbstub/breakpoints.hpp"

#include <algorithm>

namespace diptych::gdb {

bool Breakpoints::insert(BreakpointKind kind, u64 address) {
  std::vector<u64>& all = of(kind);
  const auto place = std::ranges::lower_bound(all, address);
  if (place != all.end() && *place == address) return true;
  if (all.size() == most) return false;
  all.insert(place, address);
  const std::size_t hash = hash_of(address);
  filter_[hash / 64] |= u64{1} << (hash % 64);
  return true;
}

void Breakpoints::remove(BreakpointKind kind, u64 address) {
  std::vector<u64>& all = of(kind);
  const auto place = std::ranges::lower_bound(all, address);
  if (place == all.end() || *place != address) return;
  all.erase(place);
  // Another one may share the bit; it stays only if one does.
  const std::size_t hash = hash_of(address);
  const auto shares = [hash](u64 other) { return hash_of(other) == hash; };
  if (std::ranges::none_of(software_, shares) && std::ranges::none_of(hardware_, shares))
    filter_[hash / 64] &= ~(u64{1} << (hash % 64));
}

void Breakpoints::clear() {
  software_.clear();
  hardware_.clear();
  filter_.fill(0);
}

std::optional<BreakpointKind> Breakpoints::search(u64 address) const {
  if (std::ranges::binary_search(software_, address)) return BreakpointKind::software;
  if (std::ranges::binary_search(hardware_, address)) return BreakpointKind::hardware;
  return std::nullopt;
}

}  // namespace diptych::gdb

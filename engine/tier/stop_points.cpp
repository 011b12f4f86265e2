#include "engine/tier/stop_points.hpp"

#include <algorithm>

namespace diptych {

bool StopPoints::insert(u64 address) {
  const auto place = std::ranges::lower_bound(sorted_, address);
  if (place != sorted_.end() && *place == address) return true;
  if (sorted_.size() == most) return false;
  sorted_.insert(place, address);
  ++sharing_[place_of(address)];
  return true;
}

void StopPoints::erase(u64 address) {
  const auto place = std::ranges::lower_bound(sorted_, address);
  if (place == sorted_.end() || *place != address) return;
  sorted_.erase(place);
  --sharing_[place_of(address)];
}

void StopPoints::clear() {
  sorted_.clear();
  sharing_.fill(0);
}

bool StopPoints::search(u64 address) const { return std::ranges::binary_search(sorted_, address); }

}  // namespace diptych

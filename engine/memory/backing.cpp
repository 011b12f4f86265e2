#include "engine/memory/backing.hpp"

#include <algorithm>

namespace diptych {

Result<void> HeapBacking::place(const InitialMemory& initial, std::vector<Area>& areas) {
  areas.clear();
  buffers_.resize(initial.areas().size());
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    const AreaPlan& plan = initial.areas()[i];
    const std::span<const u8> bytes = initial.bytes(i);
    buffers_[i].assign(bytes.begin(), bytes.end());
    areas.push_back({plan.address, plan.size, plan.access, buffers_[i].data()});
  }
  return {};
}

bool WindowBacking::belongs(const AreaPlan& plan) const {
  return plan.size == plan.pages_size && plan.address < window_.size() && plan.size <= window_.size() - plan.address &&
         Window::holds(plan.access) && !allows(plan.access, Access::write | Access::execute);
}

Result<void> WindowBacking::place(const InitialMemory& initial, std::vector<Area>& areas) {
  std::vector<Region> wanted;
  for (const AreaPlan& plan : initial.areas())
    if (belongs(plan)) wanted.push_back({plan.address, plan.size, plan.access});
  // Programs of one session mostly have the same layout.
  if (wanted != mapped_) {
    for (const Region& region : mapped_) window_.unmap(region.address, region.size);
    mapped_.clear();
    for (const Region& region : wanted) {
      if (auto mapped = window_.map(region.address, region.size, region.access); !mapped) return mapped;
      mapped_.push_back(region);
    }
  }
  areas.clear();
  buffers_.resize(initial.areas().size());
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    const AreaPlan& plan = initial.areas()[i];
    const std::span<const u8> bytes = initial.bytes(i);
    if (belongs(plan)) {
      areas.push_back({plan.address, plan.size, plan.access, window_.base() + plan.address});
      write(areas.back(), plan.address, bytes);
    } else {
      buffers_[i].assign(bytes.begin(), bytes.end());
      areas.push_back({plan.address, plan.size, plan.access, buffers_[i].data()});
    }
  }
  return {};
}

void WindowBacking::write(const Area& area, u64 address, std::span<const u8> bytes) {
  u8* const to = area.host + (address - area.address);
  const bool in_window = area.address < window_.size() && area.host == window_.base() + area.address;
  if (!in_window || (allows(area.access, Access::write) && !window_.looked_on())) {
    std::memcpy(to, bytes.data(), bytes.size());
  } else if (window_.looked_on() || std::memcmp(to, bytes.data(), bytes.size()) != 0) {
    window_.fill(address, bytes);
  }
}

}  // namespace diptych

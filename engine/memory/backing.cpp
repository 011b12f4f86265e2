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
         plan.access != Access::none && Window::holds(plan.access) && !allows(plan.access, Access::write | Access::execute);
}

// What the program before had and this one has not is only made inaccessible, since it may be wanted again soon:
// a host maps and unmaps slowly.
Result<void> WindowBacking::make_room(std::span<const AreaPlan> plans) {
  const auto wanted = [&](const Region& region) {
    return std::ranges::any_of(plans, [&](const AreaPlan& plan) {
      return belongs(plan) && plan.address == region.address && plan.size == region.size;
    });
  };
  const bool too_many = mapped_.size() > most_mapped;
  const auto in_the_way = [&](const Region& region) {
    return too_many || std::ranges::any_of(plans, [&](const AreaPlan& plan) {
      return plan.first_page < region.address + region.size && region.address < plan.first_page + plan.pages_size;
    });
  };
  for (auto region = mapped_.begin(); region != mapped_.end();) {
    Result<void> changed;
    if (wanted(*region)) {
      ++region;
    } else if (in_the_way(*region)) {
      changed = window_.unmap(region->address, region->size);
      region = mapped_.erase(region);
    } else {
      changed = give(*region, Access::none);
      ++region;
    }
    if (!changed) return changed;
  }
  return {};
}

Result<void> WindowBacking::give(Region& region, Access access) {
  if (region.access == access) return {};
  if (auto unwatched = window_.unwatch(region.address, region.size); !unwatched) return unwatched;
  if (auto given = window_.protect(region.address, region.size, access); !given) return given;
  region.access = access;
  return {};
}

// Puts an area where it belongs, with these bytes in it.
Result<void> WindowBacking::map(const AreaPlan& plan, std::span<const u8> bytes) {
  auto region = std::ranges::find_if(mapped_, [&](const Region& one) { return one.address == plan.address && one.size == plan.size; });
  if (region == mapped_.end()) {
    if (auto mapped = window_.map(plan.address, plan.size, plan.access); !mapped) return mapped;
    region = mapped_.insert(region, {plan.address, plan.size, plan.access});
  }
  if (region->access == plan.access) return window_.fill(plan.address, bytes);
  if (auto given = give(*region, Access::read | Access::write); !given) return given;
  if (auto filled = window_.fill(plan.address, bytes); !filled) return filled;
  return give(*region, plan.access);
}

Result<void> WindowBacking::place(const InitialMemory& initial, std::vector<Area>& areas) {
  if (auto made = make_room(initial.areas()); !made) return made;
  areas.clear();
  buffers_.resize(initial.areas().size());
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    const AreaPlan& plan = initial.areas()[i];
    const std::span<const u8> bytes = initial.bytes(i);
    if (belongs(plan)) {
      if (auto mapped = map(plan, bytes); !mapped) return mapped;
      areas.push_back({plan.address, plan.size, plan.access, window_.base() + plan.address});
    } else {
      buffers_[i].assign(bytes.begin(), bytes.end());
      areas.push_back({plan.address, plan.size, plan.access, buffers_[i].data()});
    }
  }
  return {};
}

void WindowBacking::write(const Area& area, u64 address, std::span<const u8> bytes) {
  if (bytes.empty()) return;
  u8* const to = area.host + (address - area.address);
  if (!in_window(area) || (allows(area.access, Access::write) && !window_.looked_on())) {
    std::memcpy(to, bytes.data(), bytes.size());
  } else if (window_.looked_on() || std::memcmp(to, bytes.data(), bytes.size()) != 0) {
    window_.fill(address, bytes);
  }
}

// Pages that somebody looks on may refuse to be read.
std::span<const u8> WindowBacking::look(const Area& area) {
  if (!in_window(area) || !window_.looked_on()) return {area.host, area.size};
  looked_at_.resize(area.size);
  window_.look(area.address, looked_at_);
  return looked_at_;
}

}  // namespace diptych

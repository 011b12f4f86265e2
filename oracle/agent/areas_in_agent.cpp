#include "oracle/agent/areas_in_agent.hpp"

#include <algorithm>

namespace diptych::agent {
namespace {

constexpr u64 no_room = 0;

// The numbers of PROT_READ, PROT_WRITE and PROT_EXEC are those of Access.
u32 protection(Access access) { return u32(access); }

agent_mapping change(u32 kind, const Mapped& area) {
  return {
      .address = area.address, .size = area.size, .offset = area.offset, .kind = kind, .protection = area.protection};
}

}  // namespace

u64 AreasInAgent::free_storage(u64 size, std::span<const Mapped> taken) const {
  u64 candidate = AGENT_STORAGE_OFFSET;
  for (bool moved = true; moved;) {
    moved = false;
    for (const Mapped& other : taken)
      if (candidate < other.offset + other.size && other.offset < candidate + size) {
        candidate = other.offset + other.size;
        moved = true;
      }
  }
  return candidate + size <= AGENT_SHARED_SIZE ? candidate : no_room;
}

bool AreasInAgent::change_to(std::span<const AreaPlan> plans) {
  const auto same = [](const Mapped& area, const AreaPlan& plan) {
    return area.address == plan.first_page && area.size == plan.pages_size &&
           area.protection == protection(plan.access);
  };
  if (std::ranges::equal(mapped_, plans, same)) return true;
  std::vector<Mapped> kept;
  for (const Mapped& area : mapped_) {
    if (std::ranges::any_of(plans, [&](const AreaPlan& plan) { return same(area, plan); }))
      kept.push_back(area);
    else
      changes_.push_back(change(agent_unmap, area));
  }
  std::vector<Mapped> wanted;
  for (const AreaPlan& plan : plans) {
    const auto stays = std::ranges::find_if(kept, [&](const Mapped& area) { return same(area, plan); });
    if (stays != kept.end()) {
      wanted.push_back(*stays);
      continue;
    }
    Mapped area{.address = plan.first_page,
                .size = plan.pages_size,
                .offset = free_storage(plan.pages_size, kept),
                .protection = protection(plan.access)};
    if (area.offset == no_room) {
      mapped_ = std::move(kept);
      return false;
    }
    changes_.push_back(change(agent_map, area));
    wanted.push_back(area);
    kept.push_back(area);
  }
  mapped_ = std::move(wanted);
  return true;
}

void AreasInAgent::refresh(std::size_t area) { changes_.push_back(change(agent_refresh, mapped_[area])); }

void AreasInAgent::forget() {
  mapped_.clear();
  changes_.clear();
}

}  // namespace diptych::agent

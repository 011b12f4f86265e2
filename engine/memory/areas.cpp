#include "engine/memory/areas.hpp"

#include <cstring>

namespace diptych {
namespace {

AreaPlan plan(u64 address, u64 size, Access access) {
  const u64 first = address & ~(page_size - 1);
  const u64 end = (address + size + page_size - 1) & ~(page_size - 1);
  return {.first_page = first, .pages_size = end - first, .address = address, .size = size, .access = access};
}

}  // namespace

std::vector<AreaPlan> plan_areas(const Program& program) {
  std::vector<AreaPlan> plans;
  plans.reserve(program.memory.size() + 1);
  plans.push_back(plan(program.code_address, program.code.size(), program.code_access));
  for (const Region& region : program.memory) plans.push_back(plan(region.address, region.size, region.access));
  return plans;
}

void InitialMemory::prepare(const Program& program) {
  plans_ = plan_areas(program);
  images_.resize(plans_.size());
  for (std::size_t i = 0; i < plans_.size(); ++i) images_[i].assign(plans_[i].pages_size, 0);
  std::memcpy(images_[0].data() + (plans_[0].address - plans_[0].first_page), program.code.data(), program.code.size());
  for (const Bytes& bytes : program.contents)
    for (std::size_t i = 1; i < plans_.size(); ++i)
      if (bytes.address - plans_[i].address < plans_[i].size)
        std::memcpy(images_[i].data() + (bytes.address - plans_[i].address), bytes.bytes.data(), bytes.bytes.size());
}

void lay(std::span<const Bytes> bytes, std::span<const Area> areas) {
  for (const Bytes& some : bytes)
    for (const Area& area : areas)
      if (area.contains(some.address))
        std::memcpy(area.host + (some.address - area.address), some.bytes.data(), some.bytes.size());
}

void view_writable(std::span<const Area> areas, std::vector<MemoryView>& views) {
  views.clear();
  for (const Area& area : areas)
    if (allows(area.access, Access::write)) views.push_back({area.address, {area.host, area.size}});
}

}  // namespace diptych

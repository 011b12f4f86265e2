#include "engine/memory/areas.hpp"

#include <algorithm>
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

InitialMemory::Made::Made(const Program& from) : program(from), plans(plan_areas(from)) {
  for (const AreaPlan& plan : plans) images.emplace_back(plan.pages_size);
  std::memcpy(images[0].data() + (plans[0].address - plans[0].first_page), program.code.data(), program.code.size());
  for (const Bytes& bytes : program.contents)
    for (std::size_t i = 1; i < plans.size(); ++i)
      if (bytes.address - plans[i].address < plans[i].size)
        std::memcpy(images[i].data() + (bytes.address - plans[i].address), bytes.bytes.data(), bytes.bytes.size());
}

void InitialMemory::prepare(const Program& program) {
  thread_local std::shared_ptr<const Made> latest;
  if (!latest || latest->program != program) latest = std::make_shared<const Made>(program);
  made_ = latest;
}

void lay(std::span<const Bytes> bytes, std::span<const Area> areas) {
  for (const Bytes& some : bytes)
    for (const Area& area : areas)
      if (area.contains(some.address))
        std::ranges::copy(some.bytes, area.host + (some.address - area.address));
}

void view_writable(std::span<const Area> areas, std::vector<MemoryView>& views) {
  views.clear();
  for (const Area& area : areas)
    if (allows(area.access, Access::write)) views.push_back({area.address, {area.host, area.size}});
}

}  // namespace diptych

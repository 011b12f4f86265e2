#include "gdbstub/guest_memory.hpp"

#include <algorithm>
#include <cstring>

namespace diptych::gdb {

void GuestMemory::prepare(const Case& some) {
  initial_.prepare(some.program);
  areas_.clear();
  backing_.resize(initial_.areas().size());
  for (std::size_t i = 0; i < backing_.size(); ++i) {
    const AreaPlan& plan = initial_.areas()[i];
    const std::span<const u8> bytes = initial_.bytes(i);
    backing_[i].assign(bytes.begin(), bytes.end());
    areas_.push_back({plan.address, plan.size, plan.access, backing_[i].data()});
  }
  lay(some.input.memory, areas_);
}

std::span<u8> GuestMemory::host_from(u64 address) const {
  for (const Area& area : areas_)
    if (area.contains(address)) return {area.host + (address - area.address), area.size - (address - area.address)};
  return {};
}

std::size_t GuestMemory::read(u64 address, std::span<u8> bytes) const {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const std::span<u8> host = host_from(address + done);
    const std::size_t part = std::min(host.size(), bytes.size() - done);
    if (part == 0) break;
    std::memcpy(bytes.data() + done, host.data(), part);
    done += part;
  }
  return done;
}

bool GuestMemory::write(u64 address, std::span<const u8> bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const std::size_t part = host_from(address + done).size();
    if (part == 0) return false;
    done += std::min(part, bytes.size() - done);
  }
  for (std::size_t done = 0; done < bytes.size();) {
    const std::span<u8> host = host_from(address + done);
    const std::size_t part = std::min(host.size(), bytes.size() - done);
    std::memcpy(host.data(), bytes.data() + done, part);
    done += part;
  }
  return true;
}

}  // namespace diptych::gdb

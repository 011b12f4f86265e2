#include "engine/linux/memory_budget.hpp"

#include "engine/linux/host_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <string>

namespace diptych::linux_guest {
namespace {

constexpr u64 usual_most_mappings = 65530;

u64 number_in(const std::string& path, u64 otherwise) {
  u64 number = 0;
  return std::ifstream(path) >> number ? number : otherwise;
}

// The smallest limit of the groups that this process is in, by version 2 of control groups.
u64 group_limit() {
  constexpr u64 none = std::numeric_limits<u64>::max();
  std::string group;
  std::ifstream groups("/proc/self/cgroup");
  while (std::getline(groups, group) && !group.starts_with("0::/")) {
  }
  if (!group.starts_with("0::/")) return none;
  group.erase(0, std::string("0::").size());
  u64 least = none;
  while (true) {
    least = std::min(least, number_in("/sys/fs/cgroup" + group + "/memory.max", none));
    if (group.empty() || group == "/") return least;
    group.erase(group.rfind('/'));
  }
}

u64 most_mappings() {
  static const u64 most = number_in("/proc/sys/vm/max_map_count", usual_most_mappings) / 4 * 3;
  return most;
}

// A line each.
u64 count_mappings() {
  const HostFile maps(::open("/proc/self/maps", O_RDONLY | O_CLOEXEC));
  std::array<char, 65536> text;
  u64 lines = 0;
  while (true) {
    const ssize_t got = ::read(maps.number(), text.data(), text.size());
    if (got <= 0) return lines;
    lines += static_cast<u64>(std::count(text.begin(), text.begin() + got, '\n'));
  }
}

}  // namespace

u64 default_memory_limit() {
  const u64 host = static_cast<u64>(::sysconf(_SC_PHYS_PAGES)) * static_cast<u64>(::sysconf(_SC_PAGESIZE));
  return std::min(host, group_limit()) / 4 * 3;
}

bool HostMappings::take() {
  // Counting takes milliseconds where there are many, so it is done when as many changes were made as may have been
  // one too many.
  if (!counted_ || at_most_ + a_change > most_mappings()) {
    at_most_ = count_mappings();
    counted_ = true;
  }
  if (at_most_ + a_change > most_mappings()) return false;
  at_most_ += a_change;
  return true;
}

}  // namespace diptych::linux_guest

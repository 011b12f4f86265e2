#include "engine/linux/calls/transfer.hpp"

#include <algorithm>
#include <climits>

namespace diptych::linux_guest {
namespace {

constexpr u64 largest_transfer = 0x7fff'f000;  // as the kernel's own
constexpr u64 most_ranges = IOV_MAX;

}  // namespace

std::expected<std::span<u8>, int> transfer_range(Process& process, u64 address, u64 size, Access access) {
  size = std::min(size, largest_transfer);
  const u64 reachable = process.memory.prefix(address, size, access);
  if (reachable == 0 && size != 0) return std::unexpected(EFAULT);
  return std::span(size == 0 ? nullptr : process.memory.reach(address, reachable, access), reachable);
}

std::expected<std::vector<iovec>, int> transfer_ranges(Process& process, u64 address, u64 count, Access access) {
  if (count > most_ranges) return std::unexpected(EINVAL);
  std::vector<iovec> ranges;
  for (u64 i = 0; i < count; ++i) {
    const auto told = process.memory.read<std::array<u64, 2>>(address + i * sizeof(std::array<u64, 2>));
    if (!told) return std::unexpected(EFAULT);
    const auto range = transfer_range(process, (*told)[0], (*told)[1], access);
    // What comes before a bad range is transferred.
    if (!range && ranges.empty()) return std::unexpected(range.error());
    if (!range) break;
    ranges.push_back({range->data(), range->size()});
    if (range->size() < (*told)[1]) break;
  }
  return ranges;
}

}  // namespace diptych::linux_guest

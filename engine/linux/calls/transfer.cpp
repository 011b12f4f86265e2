#include "engine/linux/calls/transfer.hpp"

#include "engine/linux/layout.hpp"

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <climits>

namespace diptych::linux_guest {
namespace {

constexpr u64 largest_transfer = 0x7fff'f000;  // as the kernel's own
constexpr u64 most_ranges = IOV_MAX;

// As the kernel checks a range before it looks at any page: whether it lies in user space at all.
bool in_user_space(u64 address, u64 size) { return size <= address_limit && address <= address_limit - size; }

// The transfer that never waits, where the host has one: else -EOPNOTSUPP.
i64 read_now(const OpenFile& file, std::span<const iovec> ranges, int flags) {
  return answer(::preadv2(file.host.number(), ranges.data(), static_cast<int>(ranges.size()), -1, flags | RWF_NOWAIT));
}
i64 write_now(const OpenFile& file, std::span<const iovec> ranges, int flags) {
  return answer(::pwritev2(file.host.number(), ranges.data(), static_cast<int>(ranges.size()), -1, flags | RWF_NOWAIT));
}

int wait_for(Process& process, const OpenFile& file, short events) {
  pollfd entry{file.host.number(), events, 0};
  return process.wait({&entry, 1}, std::nullopt);
}

bool ready(const OpenFile& file, short events) {
  pollfd entry{file.host.number(), events, 0};
  return ::poll(&entry, 1, 0) != 0;
}

u64 total(std::span<const iovec> ranges) {
  u64 bytes = 0;
  for (const iovec& range : ranges) bytes += range.iov_len;
  return bytes;
}

// Drops the first bytes.
void advance(std::span<iovec>& ranges, u64 bytes) {
  while (!ranges.empty() && bytes >= ranges.front().iov_len) {
    bytes -= ranges.front().iov_len;
    ranges = ranges.subspan(1);
  }
  if (ranges.empty()) return;
  ranges.front().iov_base = static_cast<u8*>(ranges.front().iov_base) + bytes;
  ranges.front().iov_len -= bytes;
}

}  // namespace

bool blocks(const OpenFile& file) {
  if (!file.may_wait) return false;
  if (file.inherited) return !file.nonblocking;
  const int flags = ::fcntl(file.host.number(), F_GETFL);
  return flags >= 0 && !(flags & O_NONBLOCK);
}

i64 read_ranges(Process& process, const OpenFile& file, std::span<const iovec> ranges, off_t position, int flags) {
  const auto plain = [&] { return answer(::preadv2(file.host.number(), ranges.data(), static_cast<int>(ranges.size()), position, flags)); };
  if (!file.may_wait || position != -1) return plain();
  while (true) {
    const i64 got = read_now(file, ranges, flags);
    if (got == -EOPNOTSUPP) break;
    // Who shares the file may have been faster: then there is another wait.
    if (got != -EAGAIN || !blocks(file)) return got;
    if (wait_for(process, file, POLLIN) < 0) return restart_if_asked;
  }
  if (!blocks(file)) return file.inherited && !ready(file, POLLIN) ? -EAGAIN : plain();
  if (wait_for(process, file, POLLIN) < 0) return restart_if_asked;
  return process.interruptible(plain);
}

i64 write_ranges(Process& process, const OpenFile& file, std::vector<iovec> all, off_t position, int flags) {
  std::span<iovec> ranges(all);
  const auto plain = [&] { return answer(::pwritev2(file.host.number(), ranges.data(), static_cast<int>(ranges.size()), position, flags)); };
  if (!file.may_wait || position != -1) return plain();
  const u64 size = total(ranges);
  u64 done = 0;
  const auto unless_done = [&](i64 result) { return done != 0 ? static_cast<i64>(done) : result; };
  while (true) {
    i64 wrote = write_now(file, ranges, flags);
    if (wrote == -EAGAIN) {
      if (!blocks(file)) return unless_done(wrote);
      if (wait_for(process, file, POLLOUT) < 0) return unless_done(restart_if_asked);
      continue;
    }
    if (wrote == -EOPNOTSUPP) {
      if (!blocks(file)) return unless_done(file.inherited && !ready(file, POLLOUT) ? -EAGAIN : plain());
      wrote = process.interruptible(plain);
    }
    if (wrote < 0) return unless_done(wrote);
    done += static_cast<u64>(wrote);
    if (done >= size || wrote == 0 || !blocks(file)) return static_cast<i64>(done);
    advance(ranges, static_cast<u64>(wrote));
  }
}

std::expected<std::span<u8>, int> transfer_range(Process& process, u64 address, u64 size, Access access) {
  if (!in_user_space(address, size)) return std::unexpected(EFAULT);
  if (static_cast<i64>(size) < 0) return std::unexpected(EINVAL);
  size = std::min(size, largest_transfer);
  const u64 reachable = process.memory.prefix(address, size, access);
  if (reachable == 0 && size != 0) return std::unexpected(EFAULT);
  return std::span(size == 0 ? nullptr : process.memory.reach(address, reachable, access), reachable);
}

std::expected<std::vector<iovec>, int> transfer_ranges(Process& process, u64 address, u64 count, Access access) {
  if (count > most_ranges) return std::unexpected(EINVAL);
  // All of them are checked first, as the kernel does.
  std::vector<std::array<u64, 2>> told;
  for (u64 i = 0; i < count; ++i) {
    const auto range = process.memory.read<std::array<u64, 2>>(address + i * sizeof(std::array<u64, 2>));
    if (!range) return std::unexpected(EFAULT);
    told.push_back(*range);
  }
  for (const auto& [base, size] : told) {
    if (static_cast<i64>(size) < 0) return std::unexpected(EINVAL);
    if (!in_user_space(base, size)) return std::unexpected(EFAULT);
  }
  std::vector<iovec> ranges;
  u64 left = largest_transfer;
  for (const auto& [base, told_size] : told) {
    const u64 size = std::min(told_size, left);
    const auto range = transfer_range(process, base, size, access);
    // What comes before a bad range is transferred.
    if (!range && left == largest_transfer) return std::unexpected(range.error());
    if (!range) break;
    ranges.push_back({range->data(), range->size()});
    left -= range->size();
    if (range->size() < size || left == 0) break;
  }
  return ranges;
}

}  // namespace diptych::linux_guest

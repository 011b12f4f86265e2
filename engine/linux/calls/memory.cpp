// System calls on the mappings of a process.
#include "engine/linux/calls/call.hpp"
#include "engine/linux/layout.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <span>
#include <vector>

namespace diptych::linux_guest {
namespace {

// Growing stacks are mapped whole here, so the two say nothing more.
constexpr u64 growing = 0x0300'0000;

constexpr int last_advice = 25;  // MADV_COLLAPSE

std::optional<Access> access_of(u64 protection) {
  protection &= ~growing;
  if (protection & ~u64{PROT_READ | PROT_WRITE | PROT_EXEC}) return std::nullopt;
  Access access = Access::none;
  // What may be written or executed may be read as well: the host knows no less.
  if (protection != PROT_NONE) access = Access::read;
  if (protection & PROT_WRITE) access = access | Access::write;
  if (protection & PROT_EXEC) access = access | Access::execute;
  return access;
}

bool in_range(u64 address, u64 size) { return address < address_limit && size <= address_limit - address; }

// How long a file is that can be mapped; else an error number.
i64 mapped_length(int file) {
  struct stat status{};
  if (file < 0) return -EBADF;
  if (::fstat(file, &status) < 0) return failed();
  if (!S_ISREG(status.st_mode)) return -ENODEV;
  u8 probe = 0;
  if (::pread(file, &probe, 1, 0) < 0) return errno == EBADF ? -EACCES : failed();
  return status.st_size;
}

// The same file with a position of its own, for which the guest's does not move. Where that cannot be had, none.
HostFile reopened(int file) { return HostFile(::open(fmt::format("/proc/self/fd/{}", file).c_str(), O_RDONLY | O_CLOEXEC)); }

// The first bytes at or behind `from` that are no hole.
Range data_behind(const HostFile& file, u64 from, u64 end) {
  if (!file) return {from, end - from};
  const off_t begin = ::lseek(file.number(), static_cast<off_t>(from), SEEK_DATA);
  if (begin < 0) return errno == ENXIO ? Range{end, 0} : Range{from, end - from};
  const off_t hole = ::lseek(file.number(), begin, SEEK_HOLE);
  const u64 at = std::max(from, page_floor(std::min(static_cast<u64>(begin), end)));
  return {at, (hole < 0 ? end : std::min(static_cast<u64>(hole), end)) - at};
}

// How many bytes of pages the file's data takes.
u64 data_size(int file, u64 from, u64 end) {
  const HostFile own = reopened(file);
  u64 size = 0;
  for (u64 at = from; at < end;) {
    const Range data = data_behind(own, at, end);
    size += page_ceiling(data.address + data.size) - page_floor(data.address);
    at = data.address + data.size;
  }
  return std::min(size, page_ceiling(end - from));
}

// Copies what is data in a file to pages that are zero.
i64 copy_data(Process& p, u64 address, int file, u64 from, u64 end) {
  constexpr u64 piece = 1 << 20;
  const HostFile own = reopened(file);
  std::vector<u8> bytes(std::min(piece, end - from));
  for (u64 at = from; at < end;) {
    const Range data = data_behind(own, at, end);
    for (at = data.address; at < data.address + data.size;) {
      const ssize_t got = ::pread(file, bytes.data(), std::min<u64>(bytes.size(), data.address + data.size - at), static_cast<off_t>(at));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed();
      // It was cut short meanwhile.
      if (got == 0) return 0;
      if (!p.window.fill(address + (at - from), std::span(bytes).first(static_cast<u64>(got)))) return -ENOMEM;
      p.filled({address + (at - from), static_cast<u64>(got)});
      at += static_cast<u64>(got);
    }
  }
  return 0;
}

// Copies a file into fresh pages; its holes cost nothing. What lies wholly beyond its end stays out of reach.
i64 fill(Process& p, u64 address, u64 size, Access access, int file, u64 offset, u64 length) {
  const u32 number = static_cast<u32>(p.told([&] { return p.number_file(file); }));
  const u64 there = offset < length ? std::min(size, length - offset) : 0;
  const u64 backed = page_ceiling(there);
  if (backed != 0) {
    const u64 data = static_cast<u64>(p.told([&] { return static_cast<i64>(data_size(file, offset, offset + there)); }));
    if (!p.map.map(address, backed, access, Backing::file, number, offset, data)) return -ENOMEM;
    const i64 copied = p.told([&] { return copy_data(p, address, file, offset, offset + there); });
    if (copied < 0) return copied;
  }
  if (backed < size && !p.map.map(address + backed, size - backed, Access::none, Backing::beyond_file, number, offset + backed)) return -ENOMEM;
  return static_cast<i64>(address);
}

i64 mmap_call(Process& p, const Arguments& a) {
  const u64 size = page_ceiling(a[1]), flags = a[3];
  const std::optional<Access> access = access_of(a[2]);
  const bool anonymous = flags & MAP_ANONYMOUS, fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE);
  const u64 sharing = flags & MAP_TYPE;
  if (a[1] == 0 || a[5] % page_size != 0 || !access) return -EINVAL;
  if (sharing != MAP_PRIVATE && sharing != MAP_SHARED && sharing != MAP_SHARED_VALIDATE) return -EINVAL;
  if (size < a[1] || size > address_limit) return -ENOMEM;

  const int file = anonymous ? -1 : p.files.host(static_cast<u32>(a[4]));
  i64 length = 0;
  if (!anonymous) {
    length = p.told([&] { return mapped_length(file); });
    if (length < 0) return length;
    // The file is copied, so what is written would never reach it.
    if (sharing != MAP_PRIVATE && allows(*access, Access::write)) {
      p.note = "files are not mapped to be written";
      return -ENODEV;
    }
  }

  u64 address = page_floor(a[0]);
  if (fixed) {
    if (address != a[0]) return -EINVAL;
    if (!in_range(address, size)) return -ENOMEM;
    if (address < lowest_mapping) return -EPERM;
    if ((flags & MAP_FIXED_NOREPLACE) && !p.map.free(address, size)) return -EEXIST;
  } else {
    const auto room = p.map.room(size, address);
    if (!room) return -ENOMEM;
    address = *room;
  }
  if (!anonymous) {
    const i64 filled = fill(p, address, size, *access, file, a[5], static_cast<u64>(length));
    if (filled < 0) p.map.unmap(address, size);
    return filled;
  }
  return p.map.map(address, size, *access) ? static_cast<i64>(address) : -ENOMEM;
}

i64 munmap_call(Process& p, const Arguments& a) {
  const u64 size = page_ceiling(a[1]);
  if (a[0] % page_size != 0 || size == 0 || !in_range(a[0], size)) return -EINVAL;
  return p.map.unmap(a[0], size) ? 0 : -ENOMEM;
}

i64 mprotect_call(Process& p, const Arguments& a) {
  const std::optional<Access> access = access_of(a[2]);
  const u64 size = page_ceiling(a[1]);
  if (a[0] % page_size != 0 || !access) return -EINVAL;
  if (a[1] == 0) return 0;
  if (size == 0 || !in_range(a[0], size)) return -ENOMEM;
  return p.map.protect(a[0], size, *access) ? 0 : -ENOMEM;
}

i64 mremap_call(Process& p, const Arguments& a) {
  const u64 old_size = page_ceiling(a[1]), size = page_ceiling(a[2]);
  const bool may_move = a[3] & MREMAP_MAYMOVE, fixed = a[3] & MREMAP_FIXED;
  if (a[0] % page_size != 0 || size == 0 || old_size == 0 || (a[3] & ~u64{MREMAP_MAYMOVE | MREMAP_FIXED}) || (fixed && !may_move)) return -EINVAL;
  if (!in_range(a[0], old_size)) return -EFAULT;
  if (size > address_limit) return -ENOMEM;
  const auto old = p.map.at(a[0]);
  if (!old || old->end < a[0] + std::min(old_size, size)) return -EFAULT;

  u64 to = a[4];
  if (fixed) {
    if (to % page_size != 0 || !in_range(to, size) || to < lowest_mapping) return -EINVAL;
    if (to < a[0] + old_size && a[0] < to + size) return -EINVAL;
    if (!p.map.unmap(to, size)) return -ENOMEM;
  } else if (size <= old_size) {
    if (size < old_size && !p.map.unmap(a[0] + size, old_size - size)) return -ENOMEM;
    return static_cast<i64>(a[0]);
  } else {
    const u64 end = a[0] + old_size;
    if (in_range(a[0], size) && p.map.free(end, size - old_size))
      return p.map.map(end, size - old_size, old->access, old->backing) ? static_cast<i64>(a[0]) : -ENOMEM;
    if (!may_move) return -ENOMEM;
    const auto room = p.map.room(size, 0);
    if (!room) return -ENOMEM;
    to = *room;
  }
  const u64 moved = std::min(old_size, size);
  if (!p.map.move(a[0], to, moved)) return -ENOMEM;
  if (old_size > moved) p.map.unmap(a[0] + moved, old_size - moved);
  if (size > moved && !p.map.map(to + moved, size - moved, old->access, old->backing)) return -ENOMEM;
  return static_cast<i64>(to);
}

i64 brk_call(Process& p, const Arguments& a) { return static_cast<i64>(p.map.move_break(a[0])); }

i64 madvise_call(Process& p, const Arguments& a) {
  const u64 size = page_ceiling(a[1]);
  if (a[0] % page_size != 0 || a.number(2) < 0 || a.number(2) > last_advice) return -EINVAL;
  if (size == 0) return 0;
  if (!in_range(a[0], size) || !p.map.covers(a[0], size)) return -ENOMEM;
  if (a.number(2) == MADV_DONTNEED) p.map.clear(a[0], size);
  return 0;
}

/// Calls that a process without shared files or swap can take for done.
i64 accepted_if_mapped(Process& p, const Arguments& a) {
  const u64 address = page_floor(a[0]), size = page_ceiling(a[0] - address + a[1]);
  if (size < a[1]) return -EINVAL;
  return in_range(address, size) && p.map.covers(address, size) ? 0 : -ENOMEM;
}

i64 accepted(Process&, const Arguments&) { return 0; }

i64 mincore_call(Process& p, const Arguments& a) {
  const u64 size = page_ceiling(a[1]);
  if (a[0] % page_size != 0) return -EINVAL;
  if (!in_range(a[0], size) || !p.map.covers(a[0], size)) return -ENOMEM;
  u8* to = p.memory.reach(a[2], size / page_size, Access::write);
  if (!to) return -EFAULT;
  std::fill_n(to, size / page_size, u8{1});
  return 0;
}

i64 flush_icache_call(Process& p, const Arguments& a) {
  if (a[1] > a[0]) p.tier().code_changed({a[0], std::min(a[1], address_limit) - std::min(a[0], address_limit)});
  return 0;
}

constexpr SystemCall calls[] = {
    {214, "brk", "p:x", Replay::again, brk_call},
    {215, "munmap", "px", Replay::again, munmap_call},
    {216, "mremap", "pxxxp:x", Replay::again, mremap_call},
    {222, "mmap", "pxPMfx:x", Replay::again, mmap_call},
    {226, "mprotect", "pxP", Replay::again, mprotect_call},
    {227, "msync", "pxx", Replay::again, accepted_if_mapped},
    {228, "mlock", "px", Replay::again, accepted_if_mapped},
    {229, "munlock", "px", Replay::again, accepted_if_mapped},
    {230, "mlockall", "x", Replay::again, accepted},
    {231, "munlockall", "", Replay::again, accepted},
    {232, "mincore", "pxp", Replay::again, mincore_call},
    {233, "madvise", "pxd", Replay::again, madvise_call},
    {259, "riscv_flush_icache", "ppx", Replay::again, flush_icache_call},
};

}  // namespace

std::span<const SystemCall> memory_calls() { return calls; }

}  // namespace diptych::linux_guest

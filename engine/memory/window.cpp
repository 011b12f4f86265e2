#include "engine/memory/window.hpp"

#include "engine/memory/host_fault.hpp"
#include "engine/memory/journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/mman.h>
#include <unistd.h>

namespace diptych {
namespace {

constexpr u64 smallest_fallback = u64{1} << 32;
constexpr u64 huge_page = u64{2} << 20;
// Up to here, zeroing by hand is cheaper than handing pages back and faulting them in again.
constexpr u64 cleared_by_hand = 64 * page_size;

constexpr int private_memory = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

int protection_of(u8 page) {
  const u8 trap = page & Window::trap_mask;
  if (trap == Window::lent) return PROT_READ | PROT_WRITE;
  if (!allows(Access(page), Access::read) || trap == Window::all_trapped) return PROT_NONE;
  const bool writable = allows(Access(page), Access::write) && trap == 0 && !(page & (Window::watched_bit | Window::journaled_bit));
  return writable ? PROT_READ | PROT_WRITE : PROT_READ;
}

u8* allocate(u64 size, int protection) {
  void* mapped = mmap(nullptr, size, protection, private_memory, -1, 0);
  return mapped == MAP_FAILED ? nullptr : static_cast<u8*>(mapped);
}

std::unexpected<Error> host_refuses(std::string_view what, u64 address, u64 size) {
  return fail(ErrorKind::environment, fmt::format("the host refuses to {} {:#x} bytes of guest memory at {:#x}: {}", what,
                                                  size, address, std::strerror(errno)));
}

u64 page_floor(u64 address) { return address & ~(page_size - 1); }
u64 page_ceiling(u64 address) { return page_floor(address + page_size - 1); }

}  // namespace

Result<Window> Window::reserve(u64 size) {
  if (size == 0 || size > most)
    return fail(ErrorKind::bad_input,
                fmt::format("a window for guest memory takes between 1 and {:#x} bytes, not {:#x}", most, size));
  if (auto installed = install_fault_handler(); !installed) return std::unexpected(std::move(installed).error());
  size = page_ceiling(size);
  u8* reserved = nullptr;
  while (!(reserved = allocate(reservation(size), PROT_NONE)) && size > smallest_fallback)
    size = std::max(page_ceiling(size / 2), smallest_fallback);
  if (!reserved)
    return fail(ErrorKind::environment,
                fmt::format("the host has no {:#x} bytes of addresses for guest memory: {}", size, std::strerror(errno)));
  u8* pages = allocate(size / page_size, PROT_READ | PROT_WRITE);
  if (!pages) {
    const int error = errno;
    munmap(reserved, reservation(size));
    return fail(ErrorKind::environment, fmt::format("the host has no memory for a table of guest pages: {}", std::strerror(error)));
  }
  // The reservation is one guard larger than it need be, so that there is room to align.
  const u64 aligned = (reinterpret_cast<u64>(reserved) + 2 * guard - 1) & ~(guard - 1);
  const u64 before = aligned - guard - reinterpret_cast<u64>(reserved);
  if (before) munmap(reserved, before);
  if (before != guard) munmap(reserved + before + 2 * guard + size, guard - before);
  return Window(reserved + before + guard, size, pages);
}

Window::~Window() {
  if (!base_) return;
  munmap(base_ - guard, size_ + 2 * guard);
  munmap(pages_, size_ / page_size);
}

Result<void> Window::check_range(u64 address, u64 size) const {
  if (size != 0 && (address | size) % page_size == 0 && address < size_ && size <= size_ - address) return {};
  return fail(ErrorKind::bad_input,
              fmt::format("{:#x} bytes at {:#x} are not whole pages of a window of {:#x} bytes", size, address, size_));
}

Result<void> Window::check_mapped(u64 address, u64 size) const {
  for (u64 at = address; at < address + size; at += page_size)
    if (!mapped(at)) return fail(ErrorKind::bad_input, fmt::format("no page is mapped at guest address {:#x}", at));
  return {};
}

template <class Change>
Result<void> Window::change(u64 address, u64 size, Change change) {
  u8* const end = pages_ + (address + size) / page_size;
  for (u8* first = pages_ + address / page_size; first < end;) {
    const int protection = protection_of(change(*first));
    bool differs = false;
    u8* last = first;
    for (; last < end && protection_of(change(*last)) == protection; ++last) differs |= protection_of(*last) != protection;
    const u64 from = u64(first - pages_) * page_size, bytes = u64(last - first) * page_size;
    if (differs && mprotect(base_ + from, bytes, protection) != 0) {
      auto refused = host_refuses("protect", from, bytes);
      // Some of them may be changed already.
      for (; first < last; ++first) mprotect(base_ + u64(first - pages_) * page_size, page_size, protection_of(*first));
      return refused;
    }
    for (; first < last; ++first) *first = change(*first);
  }
  return {};
}

template <class Change>
bool Window::change_widely(u64 address, u64 size, Change change) {
  for (u64 unit = page_size;; unit *= 4) {
    const u64 begin = address & ~(unit - 1), end = std::min((address + size + unit - 1) & ~(unit - 1), size_);
    if (this->change(begin, end - begin, change)) return true;
    if (begin == 0 && end == size_) return false;
  }
}

Result<void> Window::map(u64 address, u64 size, Access access) {
  if (auto checked = check_range(address, size); !checked) return checked;
  if (!holds(access))
    return fail(ErrorKind::unsupported, "guest memory that may be written or executed but not read cannot lie in a window");
  take_back();
  if (journal_) journal_->before_change(address / page_size, (address + size) / page_size, true);
  const u8 page = u8(access) | mapped_bit;
  u8* const first = pages_ + address / page_size;
  if (std::all_of(first, first + size / page_size, [&](u8 there) { return there == page; })) {
    if (size <= cleared_by_hand && allows(access, Access::write)) {
      std::memset(base_ + address, 0, size);
      return {};
    }
    if (madvise(base_ + address, size, MADV_DONTNEED) == 0) return {};
  }
  return remap(address, size, access);
}

Result<void> Window::remap(u64 address, u64 size, Access access) {
  const u8 page = u8(access) | mapped_bit;
  if (mmap(base_ + address, size, protection_of(page), private_memory | MAP_FIXED, -1, 0) == MAP_FAILED) {
    auto refused = host_refuses("map", address, size);
    // A mapping refused may have torn a hole, where anything else of the process could come to lie.
    (void)unmap(address, size);
    return refused;
  }
  // Not being given huge pages costs speed only.
  if (size >= huge_page) madvise(base_ + address, size, MADV_HUGEPAGE);
  std::memset(pages_ + address / page_size, page, size / page_size);
  std::fill(used_.begin() + std::ptrdiff_t(address / used_unit), used_.begin() + std::ptrdiff_t((address + size - 1) / used_unit + 1), true);
  if (!set_traps(address / page_size, (address + size) / page_size)) {
    auto refused = host_refuses("trap", address, size);
    (void)unmap(address, size);
    return refused;
  }
  return {};
}

Result<void> Window::map_file(u64 address, u64 size, Access access, int file, u64 offset) {
  if (!holds(access)) return map(address, size, access);
  if (auto mapped = map(address, size, Access::read | Access::write); !mapped) return mapped;
  u8* const to = open(address, size, Access::write);
  for (u64 done = 0; done < size;) {
    const ssize_t count = !to ? -1 : pread(file, to + done, size - done, off_t(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      auto refused = host_refuses("read from a file", address, size);
      (void)unmap(address, size);
      return refused;
    }
    if (count == 0) break;
    done += u64(count);
  }
  return protect(address, size, access);
}

Result<void> Window::protect(u64 address, u64 size, Access access) {
  if (auto checked = check_range(address, size); !checked) return checked;
  if (auto checked = check_mapped(address, size); !checked) return checked;
  if (!holds(access))
    return fail(ErrorKind::unsupported, "guest memory that may be written or executed but not read cannot lie in a window");
  if (journal_) journal_->before_change(address / page_size, (address + size) / page_size, false);
  return change(address, size, [&](u8 page) { return u8((page & ~rights_mask) | u8(access)); });
}

Result<void> Window::unmap(u64 address, u64 size) {
  if (address >= size_) return {};
  const u64 begin = page_floor(address), end = page_ceiling(address + std::min(size, size_ - address));
  u8* const first = pages_ + begin / page_size;
  u8* const last = pages_ + end / page_size;
  if (std::all_of(first, last, [](u8 page) { return page == 0; })) return {};
  take_back();
  if (journal_) journal_->before_change(begin / page_size, end / page_size, true);
  if (mmap(base_ + begin, end - begin, PROT_NONE, private_memory | MAP_FIXED, -1, 0) == MAP_FAILED)
    return host_refuses("unmap", begin, end - begin);
  std::replace_if(first, last, [](u8 page) { return page != 0; }, u8{0});
  return {};
}

Result<void> Window::fill(u64 address, std::span<const u8> bytes) {
  if (bytes.empty()) return {};
  if (address >= size_ || bytes.size() > size_ - address)
    return fail(ErrorKind::bad_input, fmt::format("{:#x} bytes at {:#x} do not lie in a window of {:#x} bytes",
                                                  bytes.size(), address, size_));
  const u64 end = address + bytes.size();
  if (auto checked = check_mapped(page_floor(address), page_ceiling(end) - page_floor(address)); !checked) return checked;
  if (journal_) journal_->before_write(address / page_size, page_ceiling(end) / page_size);
  for (u64 at = address; at < end;) {
    const int protection = protection_of(pages_[at / page_size]);
    u64 next = page_floor(at) + page_size;
    while (next < end && protection_of(pages_[next / page_size]) == protection) next += page_size;
    next = std::min(next, end);
    const u8* from = bytes.data() + (at - address);
    u8* const pages = base_ + page_floor(at);
    const u64 pages_size = page_ceiling(next) - page_floor(at);
    if (protection & PROT_WRITE) {
      std::memcpy(base_ + at, from, next - at);
    } else if (protection == PROT_NONE || std::memcmp(base_ + at, from, next - at) != 0) {
      if (mprotect(pages, pages_size, PROT_READ | PROT_WRITE) != 0) return host_refuses("write", at, next - at);
      std::memcpy(base_ + at, from, next - at);
      if (mprotect(pages, pages_size, protection) != 0) return host_refuses("protect", at, next - at);
    }
    at = next;
  }
  return {};
}

std::size_t Window::look(u64 address, std::span<u8> bytes) {
  if (address >= size_) return 0;
  const u64 end = address + std::min<u64>(bytes.size(), size_ - address);
  u64 at = address;
  while (at < end && mapped(at)) {
    const u64 next = std::min(page_floor(at) + page_size, end);
    u8* const page = base_ + page_floor(at);
    const int protection = protection_of(pages_[at / page_size]);
    if (!(protection & PROT_READ) && mprotect(page, page_size, PROT_READ) != 0) break;
    std::memcpy(bytes.data() + (at - address), base_ + at, next - at);
    if (!(protection & PROT_READ)) mprotect(page, page_size, protection);
    at = next;
  }
  return at - address;
}

namespace {

u8 bits_of(const Window::Trap& trap) { return allows(trap.access, Access::read) ? Window::all_trapped : Window::write_trapped; }

u8 with_trap(u8 page, u8 trap) { return page == 0 ? page : u8((page & ~Window::trap_mask) | trap); }

}  // namespace

u8 Window::trap_of(u64 page) const {
  u8 bits = 0;
  for (const Trap& trap : traps_)
    if (page >= trap.begin && page < trap.end) bits |= bits_of(trap);
  return bits;
}

// Where the host wants it, more pages than asked for: that costs time only.
bool Window::set_traps(u64 begin, u64 end) {
  for (const Trap& trap : traps_) {
    const u64 first = std::max(trap.begin, begin), last = std::min(trap.end, end);
    if (first < last && !change_widely(first * page_size, (last - first) * page_size,
                                       [bits = bits_of(trap)](u8 page) { return with_trap(page, u8((page & trap_mask) | bits)); }))
      return false;
  }
  return true;
}

void Window::clear_trap(Trap trap) {
  (void)change(trap.begin * page_size, (trap.end - trap.begin) * page_size, [](u8 page) { return with_trap(page, 0); });
}

bool Window::trap(Trap trap) {
  if (trap.begin >= trap.end || trap.end > size_ / page_size) return false;
  take_back();
  traps_.push_back(trap);
  if (set_traps(trap.begin, trap.end)) return true;
  untrap(trap);
  return false;
}

void Window::untrap(Trap trap) {
  const auto found = std::ranges::find(traps_, trap);
  if (found == traps_.end()) return;
  take_back();
  traps_.erase(found);
  clear_trap(trap);
  (void)set_traps(trap.begin, trap.end);
}

void Window::untrap_all() {
  take_back();
  for (const Trap& trap : std::exchange(traps_, {})) clear_trap(trap);
}

u8* Window::open(u64 address, u64 size, Access access) {
  // No byte is accessed: the address need not be one of the window's.
  if (size == 0) return base_;
  if (journal_ && allows(access, Access::write)) {
    const u64 begin = address / page_size, end = (address + size - 1) / page_size + 1;
    if (std::any_of(pages_ + begin, pages_ + end, [](u8 page) { return page & journaled_bit; })) journal_->before_write(begin, end);
  }
  const u8 trapped = detour(access) & trap_mask;
  for (u64 page = address / page_size; page * page_size < address + size; ++page)
    if (pages_[page] & trapped) {
      ++opened_;
      if ((pages_[page] & trap_mask) != lent && !lend(page)) return nullptr;
    }
  return base_ + address;
}

bool Window::lend(u64 page) {
  const auto lends = [](u8 byte) { return byte & trap_mask ? with_trap(byte, lent) : byte; };
  if (change(page * page_size, page_size, lends)) {
    lent_.push_back(page);
    return true;
  }
  // One page more is one mapping more; all that are trapped together are none.
  if (!change_widely(page * page_size, page_size, lends)) return false;
  lent_.clear();
  for (u64 each = 0; each < size_ / page_size; ++each)
    if ((pages_[each] & trap_mask) == lent) lent_.push_back(each);
  return true;
}

void Window::protect_lent() {
  for (u64 page : lent_) {
    if (change(page * page_size, page_size, [bits = trap_of(page)](u8 byte) { return with_trap(byte, bits); })) continue;
    (void)change_widely(page * page_size, page_size, [](u8 byte) { return with_trap(byte, all_trapped); });
  }
  lent_.clear();
}

bool Window::host_reads(u64 page) const { return protection_of(pages_[page]) & PROT_READ; }

bool Window::set_journaled(u64 begin, u64 end, bool journaled) {
  return change(begin * page_size, (end - begin) * page_size, [journaled](u8 page) {
    return page == 0 ? page : u8(journaled ? page | journaled_bit : page & ~journaled_bit);
  }).has_value();
}

bool Window::set_all_journaled(bool journaled) {
  bool done = true;
  for (std::size_t unit = 0; unit < used_.size(); ++unit)
    if (used_[unit]) done &= set_journaled(unit * used_unit / page_size, std::min((unit + 1) * used_unit, size_) / page_size, journaled);
  return done;
}

// Zeroes pages that are all mapped, whatever the rights.
Result<void> Window::clear(u64 address, u64 size) {
  const u8* const first = pages_ + address / page_size;
  const bool plain = std::all_of(first, first + size / page_size, [](u8 page) { return protection_of(page) & PROT_WRITE; });
  if (plain && size <= cleared_by_hand) std::memset(base_ + address, 0, size);
  else if (madvise(base_ + address, size, MADV_DONTNEED) != 0) return host_refuses("clear", address, size);
  return {};
}

Result<void> Window::watch(u64 address, u64 size) {
  if (auto checked = check_range(address, size); !checked) return checked;
  if (auto checked = check_mapped(address, size); !checked) return checked;
  return change(address, size, [](u8 page) { return u8(page | watched_bit); });
}

Result<void> Window::unwatch(u64 address, u64 size) {
  if (auto checked = check_range(address, size); !checked) return checked;
  return change(address, size, [](u8 page) { return u8(page & ~watched_bit); });
}

}  // namespace diptych

// Guest memory as host memory: a run of host addresses in which each guest address has its own place, so
// that a guest's load is a host's load, and what the guest may not do the host refuses.
#pragma once

#include "engine/machine/error.hpp"
#include "engine/machine/program.hpp"

#include <span>
#include <utility>

namespace diptych {

/// Guest address a lies at base() + a. Used by one thread at a time; any number may live at once.
class Window {
 public:
  static constexpr u64 most = u64{1} << 42;  ///< more is refused under the sanitizers
  /// So much before and behind the window is never accessible: an address below size(), changed by less
  /// than this, still hits no memory of the host's own.
  static constexpr u64 guard = u64{2} << 20;

  /// Addresses only: memory is taken as it is mapped and touched. Where the host refuses so many, a
  /// smaller window is tried, down to 4 GiB: size() tells. The base is aligned to huge pages. Makes sure of
  /// the handler behind FaultScope, which whoever relies on the host's refusals needs.
  static Result<Window> reserve(u64 size = u64{1} << 40);

  Window(Window&& other) noexcept
      : base_(std::exchange(other.base_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        pages_(std::exchange(other.pages_, nullptr)) {}
  Window& operator=(Window&& other) noexcept {
    std::swap(base_, other.base_);
    std::swap(size_, other.size_);
    std::swap(pages_, other.pages_);
    return *this;
  }
  ~Window();

  u8* base() const { return base_; }
  u64 size() const { return size_; }

  /// Whether the host can refuse exactly what these rights refuse. It cannot let a page be written or
  /// executed but not read.
  static constexpr bool holds(Access access) { return access == Access::none || allows(access, Access::read); }

  // Ranges are whole pages. Those of map, map_file and protect lie within the window, or nothing happens.
  // Host pages are never executable: what the guest executes is translated.

  /// Zeroed pages, in place of whatever was there. Nothing watches them. Where all of them have these
  /// rights already it costs no more than to zero them. After an error of the host they are unmapped.
  Result<void> map(u64 address, u64 size, Access access);

  /// The same with a file's bytes, as they are now: writes stay private, and no later change of the file
  /// is seen, so that a file cut short takes nothing from under the guest. What lies behind its end is zero.
  Result<void> map_file(u64 address, u64 size, Access access, int file, u64 offset);

  /// Other rights for pages that are all mapped; what they hold, and whether they are watched, stays.
  /// Costs no system call where they have these rights.
  Result<void> protect(u64 address, u64 size, Access access);

  /// Pages that are not mapped, or not in the window, are no error.
  Result<void> unmap(u64 address, u64 size);

  /// Writes from outside, whatever the rights, to pages that are all mapped. No page is unwatched: who
  /// writes over code must know. A plain copy where the guest may write, and no system call where the
  /// bytes are there already.
  Result<void> fill(u64 address, std::span<const u8> bytes);

  /// The guest's, of the page of this address; none outside the window.
  Access rights(u64 address) const {
    return address < size_ ? Access(pages_[address / page_size] & rights_mask) : Access::none;
  }
  bool mapped(u64 address) const { return address < size_ && pages_[address / page_size] & mapped_bit; }

  /// Code was translated from these pages: the host refuses writes to them from now on. The guest's
  /// rights are what they were.
  Result<void> watch(u64 address, u64 size);
  Result<void> unwatch(u64 address, u64 size);
  bool watched(u64 address) const { return address < size_ && pages_[address / page_size] & watched_bit; }

  /// A byte a page: bits of Access, and the two below. Stays where it is when the window is moved.
  const u8* rights_table() const { return pages_; }
  static constexpr u8 rights_mask = 7;
  static constexpr u8 mapped_bit = 0x40;   ///< there, even if nothing is allowed
  static constexpr u8 watched_bit = 0x80;  ///< the host refuses writes that the guest is allowed

 private:
  Window(u8* base, u64 size, u8* pages) : base_(base), size_(size), pages_(pages) {}

  static u64 reservation(u64 size) { return size + 3 * guard; }
  Result<void> check_range(u64 address, u64 size) const;
  Result<void> check_mapped(u64 address, u64 size) const;
  // Gives each page the byte that `change` makes of its own, and the host protection that follows.
  template <class Change>
  Result<void> change(u64 address, u64 size, Change change);
  Result<void> remap(u64 address, u64 size, Access access);

  u8* base_;
  u64 size_;
  u8* pages_;
};

}  // namespace diptych

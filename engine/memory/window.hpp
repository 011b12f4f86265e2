// Guest memory as host memory: a run of host addresses in which each guest address has its own place, so
// that a guest's load is a host's load, and what the guest may not do the host refuses.
#pragma once

#include "engine/machine/error.hpp"
#include "engine/machine/program.hpp"

#include <span>
#include <utility>
#include <vector>

namespace diptych {

class Journal;

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
        pages_(std::exchange(other.pages_, nullptr)),
        traps_(std::move(other.traps_)),
        lent_(std::move(other.lent_)),
        used_(std::move(other.used_)),
        journal_(std::exchange(other.journal_, nullptr)) {}
  Window& operator=(Window&& other) noexcept {
    std::swap(base_, other.base_);
    std::swap(size_, other.size_);
    std::swap(pages_, other.pages_);
    traps_.swap(other.traps_);
    lent_.swap(other.lent_);
    used_.swap(other.used_);
    std::swap(journal_, other.journal_);
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

  /// Reads from outside, whatever the rights: how many bytes, from the first on, lie in mapped pages.
  std::size_t look(u64 address, std::span<u8> bytes);

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

  /// Pages, numbered, from `begin` up to before `end`.
  struct Trap {
    u64 begin = 0;
    u64 end = 0;
    Access access = Access::none;
    bool operator==(const Trap&) const = default;
  };

  /// Somebody looks on what is done to these pages: the host refuses writes to them, or where reads are looked
  /// on every access, whether they are mapped now or later. False: the host does not make the change. The
  /// same may be trapped more than once; each goes by itself.
  bool trap(Trap trap);
  void untrap(Trap trap);
  void untrap_all();

  /// Whether any page may refuse more than its rights say, to C++ too.
  bool looked_on() const { return !traps_.empty() || journal_; }

  /// Host bytes of pages whose rights permit an access that C++ now makes itself: trapped ones among them are
  /// lent, and what is written the journal has. nullptr: the host refuses. It is for the caller to unwatch what it writes.
  u8* open(u64 address, u64 size, Access access);

  /// How often an access of C++ was one to a trapped page.
  u64 opened() const { return opened_; }

  /// What was lent the host refuses again. To be called before translated code runs, for which there is
  /// no other way to be trapped.
  /// Translated code that asks the table of pages before each access may run with pages lent.
  void take_back() {
    if (!lent_.empty()) [[unlikely]]
      protect_lent();
  }

  /// A byte a page: bits of Access, and those below. Stays where it is when the window is moved.
  const u8* rights_table() const { return pages_; }
  static constexpr u8 rights_mask = 7;
  static constexpr u8 lent = 0x08;          ///< of trap_mask: trapped, but for now the host permits everything
  static constexpr u8 write_trapped = 0x10; ///< of trap_mask
  static constexpr u8 all_trapped = 0x18;   ///< of trap_mask
  static constexpr u8 trap_mask = 0x18;
  static constexpr u8 journaled_bit = 0x20; ///< the host refuses writes until the journal has what is there
  static constexpr u8 mapped_bit = 0x40;   ///< there, even if nothing is allowed
  static constexpr u8 watched_bit = 0x80;  ///< the host refuses writes that the guest is allowed

  /// Any of these bits is in the way of an access, though the rights permit it.
  static constexpr u8 detour(Access access) {
    return allows(access, Access::write) ? trap_mask | journaled_bit | watched_bit : all_trapped & ~write_trapped;
  }

 private:
  friend class Journal;

  Window(u8* base, u64 size, u8* pages) : base_(base), size_(size), pages_(pages), used_(size / used_unit + 1) {}

  static u64 reservation(u64 size) { return size + 3 * guard; }
  Result<void> check_range(u64 address, u64 size) const;
  Result<void> check_mapped(u64 address, u64 size) const;
  // Gives each page the byte that `change` makes of its own, and the host protection that follows.
  template <class Change>
  Result<void> change(u64 address, u64 size, Change change);
  // The same; where the host gives no more mappings, of more pages around, for which it needs fewer.
  template <class Change>
  bool change_widely(u64 address, u64 size, Change change);
  Result<void> remap(u64 address, u64 size, Access access);
  u8 trap_of(u64 page) const;
  bool set_traps(u64 begin, u64 end);
  void clear_trap(Trap trap);
  bool lend(u64 page);
  void protect_lent();
  // For the journal.
  bool host_reads(u64 page) const;
  bool set_journaled(u64 begin, u64 end, bool journaled);
  bool set_all_journaled(bool journaled);
  Result<void> clear(u64 address, u64 size);

  u8* base_;
  u64 size_;
  u8* pages_;
  std::vector<Trap> traps_;
  std::vector<u64> lent_;  // numbers of pages
  u64 opened_ = 0;
  // Where pages have ever been mapped, so that nobody need look at the whole table.
  static constexpr u64 used_unit = u64{1} << 30;
  std::vector<bool> used_;
  Journal* journal_ = nullptr;
};

}  // namespace diptych

// Guest memory as the evaluator sees it: a window, and areas beside it for what no window can hold, with
// access rights that are checked byte by byte at their edges.
#pragma once

#include "engine/memory/areas.hpp"
#include "engine/memory/changed_lines.hpp"
#include "engine/memory/watches.hpp"
#include "engine/memory/window.hpp"

#include <cstring>
#include <optional>
#include <span>
#include <vector>

namespace diptych {

class AddressSpace {
 public:
  /// The areas must not overlap; their host bytes stay where they are until the next bind. What is watched
  /// stays so. Nothing of a window that was bound is touched: it may be gone.
  void bind(std::span<const Area> areas) {
    areas_.assign(areas.begin(), areas.end());
    last_ = {};
    window_ = nullptr;
    base_ = nullptr;
    pages_ = nullptr;
    window_size_ = 0;
    stale_.clear();
  }

  /// The pages mapped in a window, whatever becomes of them, and the areas: each is whole pages of the window,
  /// with their rights, or touches none of those pages. The window stays where it is until the next bind.
  void bind(Window& window, std::span<const Area> areas = {}) {
    bind(areas);
    window_ = &window;
    base_ = window.base();
    pages_ = window.rights_table();
    window_size_ = window.size();
    window.untrap_all();
    for (const Window::Trap& trap : watches_.traps(window)) window.trap(trap);
  }

  std::span<const Area> areas() const { return areas_; }
  Window* window() const { return window_; }

  /// Pages that were watched and then reached for writing, since this was cleared: they are unwatched,
  /// and what was translated from them no longer holds. Whoever watches pages looks here before it runs
  /// translated code again.
  std::span<const u64> stale_pages() const { return stale_; }
  void clear_stale_pages() { stale_.clear(); }

  // Accesses to data that somebody looks on. Those of the guest's instructions alone count: what a system
  // call or a debugger touches is no hit, nor is fetching code.

  /// From now on an access that touches this range is refused by reach, read_across and write_across before it
  /// happens, and leaves a hit; where one of its bytes is not permitted at all, that comes first. `access` is
  /// read, write or both. Pages beside the range cost nothing. False: it cannot be watched (see Watches), or
  /// the host refuses.
  bool watch_accesses(Range range, Access access);
  void unwatch_accesses(Range range, Access access);

  /// Accesses go through meanwhile.
  void ignore_watches(bool ignored) { ignores_watches_ = ignored; }
  bool ignores_watches() const { return ignores_watches_; }
  /// So do those to what these hits were for. They stay where they are until others, or none, are passed.
  void pass_hits(std::span<const WatchHit> hits) { passed_hits_ = hits; }
  bool watches_accesses() const { return !watches_.empty(); }

  /// Why the last access was refused, if it was for this.
  std::optional<WatchHit> take_watch_hit() { return std::exchange(hit_, std::nullopt); }

  /// Host bytes of `size` guest bytes that lie in the window or in one area and permit the access; else
  /// nullptr, which does not yet mean a fault: they may lie across. What is given out the host lets be
  /// accessed: for writing, watched pages are unwatched, and stale; trapped pages are lent, and go back
  /// (Window::take_back) before translated code runs again.
  u8* reach(u64 address, u64 size, Access access) {
    if (address < window_size_) {
      const u8 page = pages_[address / page_size];
      if ((page & (u8(access) | Window::detour(access))) == u8(access) && size <= page_size - address % page_size) [[likely]]
        return base_ + address;
      if (page != 0) return reach_in_window(address, size, access);
    }
    // Accesses come in runs. No other area has a byte of this one, so that its rights are the answer.
    if (last_.contains(address)) return within(last_, address, size, access);
    return reach_in_areas(address, size, access);
  }

  /// Reads or writes across areas, a byte at a time. False, with the first byte that could not be
  /// reached and nothing written, if one of them does not permit it.
  bool read_across(u64 address, void* to, u64 size, u64& unreachable);
  bool write_across(u64 address, const void* from, u64 size, u64& unreachable);

 private:
  static u8* within(const Area& area, u64 address, u64 size, Access access) {
    const u64 offset = address - area.address;
    if (offset >= area.size || area.size - offset < size || !allows(area.access, access)) return nullptr;
    if (allows(access, Access::write) && area.written) note_written(area.written, offset, size);
    return area.host + offset;
  }

  bool hits(u64 address, u64 size, Access access);
  bool all_reached(u64 address, u64 size, Access access, u64& unreachable);
  u8* reach_in_window(u64 address, u64 size, Access access);
  u8* reach_in_areas(u64 address, u64 size, Access access);

  // Of the window, here at hand.
  u64 window_size_ = 0;
  const u8* pages_ = nullptr;
  u8* base_ = nullptr;
  Area last_;  // the area found last; none while anything is watched
  std::vector<Area> areas_;
  Window* window_ = nullptr;
  std::vector<u64> stale_;
  Watches watches_;
  std::optional<WatchHit> hit_;
  std::span<const WatchHit> passed_hits_;
  bool ignores_watches_ = false;
};

}  // namespace diptych

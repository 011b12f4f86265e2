// Where the bytes of a program's memory lie on the host.
#pragma once

#include "engine/memory/areas.hpp"
#include "engine/memory/window.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

namespace diptych {

/// Each area in a buffer of its own.
class HeapBacking {
 public:
  /// Lays a program's memory out, as it is before the first instruction.
  Result<void> place(const InitialMemory& initial, std::vector<Area>& areas);
  void write(const Area& area, u64 address, std::span<const u8> bytes) {
    std::ranges::copy(bytes, area.host + (address - area.address));
  }
  /// Whether host code writes to an area by itself, so that nobody sees what it wrote to.
  bool written_by_host(const Area&) const { return false; }
  /// The bytes of an area, good until the next call.
  std::span<const u8> look(const Area& area) { return {area.host, area.size}; }

 private:
  std::vector<std::vector<u8>> buffers_;
};

/// Areas of whole pages, within a window, with rights that the host can give, lie in the window. The others,
/// and all code that can be written, lie beside it: there no host instruction reaches them by itself.
class WindowBacking {
 public:
  explicit WindowBacking(Window& window) : window_(window) {}

  Result<void> place(const InitialMemory& initial, std::vector<Area>& areas);
  void write(const Area& area, u64 address, std::span<const u8> bytes);
  bool written_by_host(const Area& area) const { return in_window(area); }
  std::span<const u8> look(const Area& area);

 private:
  // Those of earlier programs included.
  static constexpr std::size_t most_mapped = 16;

  bool belongs(const AreaPlan& plan) const;
  Result<void> make_room(std::span<const AreaPlan> plans);
  Result<void> map(const AreaPlan& plan, std::span<const u8> bytes);
  Result<void> give(Region& region, Access access);
  bool in_window(const Area& area) const {
    return area.address < window_.size() && area.host == window_.base() + area.address;
  }

  Window& window_;
  std::vector<Region> mapped_;  // the whole of what is mapped in the window, with the rights it has now
  std::vector<std::vector<u8>> buffers_;
  std::vector<u8> looked_at_;
};

}  // namespace diptych

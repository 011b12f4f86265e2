// Where the bytes of a program's memory lie on the host.
#pragma once

#include "engine/memory/areas.hpp"
#include "engine/memory/window.hpp"

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
    std::memcpy(area.host + (address - area.address), bytes.data(), bytes.size());
  }

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

 private:
  bool belongs(const AreaPlan& plan) const;

  Window& window_;
  std::vector<Region> mapped_;  // what of the window is in use
  std::vector<std::vector<u8>> buffers_;
};

}  // namespace diptych

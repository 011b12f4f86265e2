// Ranges of guest memory that somebody looks on: an access that touches one of them is to stop before it
// happens.
#pragma once

#include "engine/machine/stop.hpp"
#include "engine/memory/range.hpp"
#include "engine/memory/window.hpp"

#include <optional>
#include <span>
#include <vector>

namespace diptych {

/// What an access that was stopped would have touched.
struct WatchHit {
  u64 address = 0;  ///< the first byte that is watched for it
  Access access = Access::none;  ///< how it is watched for and would have been touched

  bool operator==(const WatchHit&) const = default;
};

/// A handful: each access to a page of theirs is compared with every one.
class Watches {
 public:
  static constexpr std::size_t most = 1024;
  static constexpr u64 largest = u64{1} << 30;

  /// For reads, writes, or both. The same range may be added more than once, and is watched until each was
  /// removed. False: it is empty, or reaches beyond the last address, or is larger than can be watched, or
  /// there are too many.
  bool add(Range range, Access access);

  /// False: there is none like this.
  bool remove(Range range, Access access);

  bool empty() const { return watches_.empty(); }

  /// Watches that one of the `passed` hits was for do not count.
  std::optional<WatchHit> touched(u64 address, u64 size, Access access, std::span<const WatchHit> passed = {}) const;

  /// The pages they lie in, as far as they are a window's.
  std::vector<Window::Trap> traps(const Window& window) const;
  static std::optional<Window::Trap> trap_for(Range range, Access access, const Window& window);

 private:
  struct Watch {
    Range range;
    Access access;
    bool operator==(const Watch&) const = default;
    bool was_hit(const WatchHit& hit, Access by) const { return hit.address - range.address < range.size && allows(hit.access, by); }
  };
  std::vector<Watch> watches_;
};

}  // namespace diptych

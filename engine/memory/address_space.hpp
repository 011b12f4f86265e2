// Guest memory as the evaluator sees it: areas with access rights, checked byte by byte at their edges.
#pragma once

#include "engine/memory/areas.hpp"

#include <cstring>
#include <span>
#include <vector>

namespace diptych {

class AddressSpace {
 public:
  /// The areas must not overlap; their host bytes stay where they are until the next bind.
  void bind(std::span<const Area> areas) {
    areas_.assign(areas.begin(), areas.end());
    last_ = 0;
  }

  std::span<const Area> areas() const { return areas_; }

  /// Host bytes of `size` guest bytes that lie in one area and permit the access; else nullptr, which
  /// does not yet mean a fault: they may lie across two areas.
  u8* reach(u64 address, u64 size, Access access) {
    if (last_ < areas_.size())
      if (u8* host = within(areas_[last_], address, size, access)) return host;
    for (std::size_t i = 0; i < areas_.size(); ++i)
      if (u8* host = within(areas_[i], address, size, access)) {
        last_ = i;
        return host;
      }
    return nullptr;
  }

  /// Reads or writes across areas, a byte at a time. False, with the first byte that could not be
  /// reached and nothing written, if one of them does not permit it.
  bool read_across(u64 address, void* to, u64 size, u64& unreachable);
  bool write_across(u64 address, const void* from, u64 size, u64& unreachable);

 private:
  static u8* within(const Area& area, u64 address, u64 size, Access access) {
    const u64 offset = address - area.address;
    if (offset >= area.size || area.size - offset < size || !allows(area.access, access)) return nullptr;
    return area.host + offset;
  }

  std::vector<Area> areas_;
  std::size_t last_ = 0;  // the area found last: accesses come in runs
};

}  // namespace diptych

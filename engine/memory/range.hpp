// A range of guest addresses.
#pragma once

#include "engine/machine/integers.hpp"

namespace diptych {

struct Range {
  u64 address = 0;
  u64 size = 0;

  bool operator==(const Range&) const = default;
};

}  // namespace diptych

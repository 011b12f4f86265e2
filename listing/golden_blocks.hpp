// Blocks whose whole host code is pinned.
#pragma once

#include "engine/machine/integers.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace diptych::listing {

struct GoldenBlock {
  std::string_view title;
  std::vector<u32> words;
};

std::span<const GoldenBlock> golden_blocks();

}  // namespace diptych::listing

#include "engine/ir/passes/passes.hpp"

#include <array>

namespace diptych::ir {
namespace {

constexpr auto all = std::to_array<Pass>({
    {"forward", forward},
    {"fold", fold},
    {"checks", checks},
    {"common", common},
    {"dead", dead},
});

}  // namespace

std::span<const Pass> passes() { return all; }

std::size_t pass_number(std::string_view name) {
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].name == name) return i + 1;
  return 0;
}

void optimize(Block& block, Scratch& scratch, std::size_t count) {
  for (std::size_t i = 0; i < all.size() && i < count; ++i) all[i].run(block, scratch);
}

}  // namespace diptych::ir

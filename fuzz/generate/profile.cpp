#include "fuzz/generate/profile.hpp"

namespace diptych::fuzz {

const Profile& profile_of(Mix mix) {
  static constexpr Profile mixed{};
  static constexpr Profile self_modifying{.modification = {1024}, .writable = true};
  static constexpr Profile faulting{.fault = {1024}};
  static constexpr Profile values{.fewest = 12, .most = 32, .loop = {96}, .modification = {0}, .value_snippet = {512}};
  static constexpr Profile long_blocks{
      .fewest = 40, .most = 80, .loop = {192}, .modification = {0}, .value_snippet = {16}, .pressure_snippet = {64}, .fault = {640}};
  static constexpr Profile reserved{.fewest = 1, .most = 4, .loop = {0}, .modification = {0}, .reserved_words = 16};
  static constexpr Profile budgets{.loop = {512}, .modification = {16}, .pressure_snippet = {4}, .budget_at_exit = {1024}};
  switch (mix) {
    case Mix::self_modifying: return self_modifying;
    case Mix::faulting: return faulting;
    case Mix::values: return values;
    case Mix::long_blocks: return long_blocks;
    case Mix::reserved: return reserved;
    case Mix::budgets: return budgets;
    default: return mixed;
  }
}

}  // namespace diptych::fuzz

// What generated programs are about, by the names the command knows.
#pragma once

#include "engine/machine/integers.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace diptych::fuzz {

enum class Mix : u8 { all, mixed, self_modifying, faulting, values, long_blocks, reserved, budgets };

struct NamedMix {
  std::string_view name;
  Mix mix;
  u8 turns;  ///< of a round of `all`
};

/// `all` takes turns among the others, so that one session meets every kind of program.
constexpr NamedMix mixes[] = {
    {"all", Mix::all, 0},
    {"mixed", Mix::mixed, 2},
    {"self-modifying", Mix::self_modifying, 1},
    {"faulting", Mix::faulting, 2},
    {"values", Mix::values, 3},
    {"long", Mix::long_blocks, 2},
    {"reserved", Mix::reserved, 2},
    {"budgets", Mix::budgets, 2},
};

std::optional<Mix> mix_named(std::string_view name);

/// All names, in the order of the table, separated by a comma and a blank.
std::string mix_names();

/// Which mix the block of this number has in `all`.
Mix mix_in_turn(u64 number);

}  // namespace diptych::fuzz

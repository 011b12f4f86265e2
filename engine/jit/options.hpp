// How far the compiler goes: each step beyond emission is one that can be left out, so that a difference
// between two of them names the one that is wrong.
#pragma once

#include "engine/machine/integers.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace diptych::jit {

struct Options {
  bool keep_values = true;  ///< in registers from one operation to the next; else each goes to memory at once,
                            ///< and is fetched from there before it is used
  bool keep_state = true;   ///< words of the state in registers, to be rebuilt where the block is left
  bool link = true;         ///< jumps go straight from block to block
  bool cut = false;         ///< where a budget or a step ends within a block, its begin is a block of its own, so
                            ///< that everything is done by translated code; else the rest is evaluated

  bool operator==(const Options&) const = default;
};

struct Stage {
  std::string_view name;
  Options options;
};

/// In their order: each does what the one before does, and one thing more.
constexpr std::array<Stage, 4> stages = {{
    {"jit:emit", {.keep_values = false, .keep_state = false, .link = false}},
    {"jit:allocate", {.keep_values = true, .keep_state = false, .link = false}},
    {"jit:recover", {.keep_values = true, .keep_state = true, .link = false}},
    {"baseline", {}},
}};

}  // namespace diptych::jit

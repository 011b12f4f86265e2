// What lies on the stack when a program begins: its arguments, environment and auxiliary vector.
#pragma once

#include "engine/machine/error.hpp"
#include "engine/machine/integers.hpp"

#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace diptych::linux_guest {

struct StackContents {
  std::span<const std::string> arguments;
  std::span<const std::string> environment;
  std::string program;                         ///< AT_EXECFN
  std::array<u8, 16> random{};                 ///< AT_RANDOM
  std::vector<std::pair<u64, u64>> auxiliary;  ///< the other entries, without the one that ends it
};

struct StackImage {
  u64 pointer = 0;        ///< sp at the first instruction; a multiple of 16
  std::vector<u8> bytes;  ///< from there up to the top
  std::span<const u8> auxiliary() const { return std::span(bytes).subspan(auxiliary_at, auxiliary_size); }

  std::size_t auxiliary_at = 0, auxiliary_size = 0;  ///< where in them the auxiliary vector is, with the entry that ends it
};

/// The bytes that end at `top`. An error where they take more than `most`.
Result<StackImage> make_stack(const StackContents& contents, u64 top, u64 most);

}  // namespace diptych::linux_guest

// What a fuzzer input is: a program, and where from its inputs follow.
#pragma once

#include "engine/machine/program.hpp"

#include <vector>

namespace diptych::fuzz {

struct Block {
  Program program;
  Input base;
  Budget budget;
  u32 pointers = 0;  ///< one bit for each x register that holds an address
  u64 seed = 0;      ///< decides all inputs but the base

  bool operator==(const Block&) const = default;
};

/// How many inputs the fuzzer runs of a block. Fresh code is what costs a reference most, so each block is worth several.
constexpr std::size_t inputs_per_block = 32;

/// The first `count` inputs of a block: the base, then variations of it. Each depends on the block and
/// its own number only, so asking for more keeps those before. What `out` holds is reused.
void inputs_of(const Block& block, std::size_t count, std::vector<Input>& out);

}  // namespace diptych::fuzz

// The passes over a block: each makes it cheaper to execute, and none changes what it does.
//
// What a block does is what can be seen of it: the state, memory and retired count wherever it stops,
// leaves, or has changed code. A block that went through passes can only be run from its begin; a run
// that must end between two of its guest instructions, for its budget, takes the block as lifted.
#pragma once

#include "engine/ir/passes/scratch.hpp"

#include <span>
#include <string_view>

namespace diptych::ir {

/// A word of the state is read once, and not at all once the block has written it.
void forward(Block& block, Scratch& scratch);
/// What can be computed now is; what can be said shorter is.
void fold(Block& block, Scratch& scratch);
/// Accesses beside one whose address was checked are marked as checked.
void checks(Block& block, Scratch& scratch);
/// What was computed or loaded before is not again.
void common(Block& block, Scratch& scratch);
/// What nobody can see is left out: values not used, words written over.
void dead(Block& block, Scratch& scratch);

struct Pass {
  std::string_view name;
  void (*run)(Block& block, Scratch& scratch);
};

/// In the order they run.
std::span<const Pass> passes();

/// So many of them are worth their time to the baseline compiler, which finds by itself what nobody uses,
/// and writes no word twice. It does not run them: see simplifier.hpp.
constexpr std::size_t baseline_passes = 3;

/// The place of a pass in their order, counted from 1; 0 where there is none of this name. So it is the
/// count for optimize() that runs all up to this one.
std::size_t pass_number(std::string_view name);

constexpr std::size_t all_passes = ~std::size_t{0};

/// Runs the first `count` passes.
void optimize(Block& block, Scratch& scratch, std::size_t count = all_passes);

}  // namespace diptych::ir

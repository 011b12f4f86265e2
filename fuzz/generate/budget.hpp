// Budgets that end a run where control is passed on.
#pragma once

#include "engine/guest/riscv64/trace.hpp"
#include "fuzz/generate/block.hpp"
#include "fuzz/generate/random.hpp"

namespace diptych::fuzz {

/// A budget of the block whose base run it ends at, one instruction before, or one behind a branch, a jump, a fence
/// or the end of the code; the block's own where the run has none.
Budget budget_at_exit(const Block& block, riscv64::Tracer& tracer, Random& random);

}  // namespace diptych::fuzz

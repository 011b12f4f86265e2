// The way from guest bytes to what runs, as a list of stages that can be timed one by one.
#pragma once

#include "engine/guest/riscv64/table.hpp"
#include "engine/ir/block.hpp"
#include "engine/ir/passes/scratch.hpp"
#include "engine/tier/code_cache.hpp"
#include "tests/bench/guest_code.hpp"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace diptych::bench {

/// Blocks that go through the stages together: few enough to stay in the cache on their way, as one
/// block does in the engine, and enough that reading the clock costs nothing beside them.
struct Batch {
  std::span<const Stretch> stretches;
  std::vector<riscv64::Decoded> decoded;  ///< of all stretches, one after the other
  std::vector<ir::Block> blocks;          ///< for the baseline compiler: one a stretch; there may be more, from before
  std::vector<ir::Block> lifted;          ///< for the passes
  ir::Scratch scratch;
  std::shared_ptr<jit::Frame> frame = {};
  std::shared_ptr<CodeCache> cache = {};  ///< made by whoever comes first; uses the frame
  std::vector<CodeCache::Index> translations = {};
};

struct Stage {
  std::string name;
  std::function<void(Batch&)> run;  ///< takes what the stage before it left, and leaves what the next one takes
  std::string unit;                 ///< of what it leaves: "IR", "bytes"
  std::size_t (*left)(const Batch&);  ///< how much that is
  bool in_baseline = true;            ///< on the way to the code of the baseline tier
};

/// In the order in which they run: first those of the baseline tier, then plain lifting and the passes one by one.
std::vector<Stage> stages();

}  // namespace diptych::bench

// Executes a block of IR on a hart: the road from lifted code to a result that has nothing of a JIT in it.
#pragma once

#include "engine/guest/riscv64/hart.hpp"
#include "engine/ir/block.hpp"

#include <vector>

namespace diptych::ir {

class Evaluator {
 public:
  /// Runs the block from its begin, at most `limit` guest instructions of it. True: it left the block,
  /// reached the limit, or has changed code; the PC says where to go on. False: an instruction stopped,
  /// without effect; `hart.stop` says why and the PC is its own. The retired count is exact either way.
  /// The block must have passed verify().
  bool run(const Block& block, riscv64::Hart& hart, u64 limit);

 private:
  std::vector<u64> values_;
  std::vector<u8> flags_;
};

}  // namespace diptych::ir

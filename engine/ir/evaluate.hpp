// Executes a block of IR on a hart: the road from lifted code to a result that has nothing of a JIT in it.
#pragma once

#include "engine/guest/hart.hpp"
#include "engine/ir/block.hpp"

#include <vector>

namespace diptych::ir {

class Evaluator {
 public:
  /// `program_counter` is the word of the state that holds it.
  explicit Evaluator(std::size_t program_counter) : program_counter_(program_counter) {}

  /// Runs the block from its begin, at most `limit` guest instructions of it. True: it left the block,
  /// reached the limit, or has changed code; the PC says where to go on. False: an instruction stopped,
  /// without effect; `hart.stop` says why and the PC is its own. The retired count is exact either way.
  /// The block must have passed verify().
  bool run(const Block& block, Hart& hart, u64 limit);

 private:
  std::size_t program_counter_;
  std::vector<u64> values_;
  std::vector<u8> flags_;
};

}  // namespace diptych::ir

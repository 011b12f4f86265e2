// The run loop of the stages `ir` and `ir:PASS`: lifts each block once, runs passes over it, then evaluates
// it as often as it is reached.
#pragma once

#include "engine/guest/hart.hpp"
#include "engine/guest/riscv64/registers.hpp"
#include "engine/guest/riscv64/translation_store.hpp"
#include "engine/ir/evaluate.hpp"
#include "engine/machine/program.hpp"

#include <memory>
#include <span>
#include <vector>

namespace diptych::riscv64 {

class IrRunner {
 public:
  Hart hart;

  /// Evaluates blocks as they are after the first `passes` passes.
  explicit IrRunner(std::size_t passes = 0) : passes_(passes) {}

  u64& pc() { return hart.state.words[pc_word]; }

  /// Binds memory and forgets every block. `code_end` is the address whose reaching is a stop.
  void bind(std::span<const Area> areas, u64 code_end);

  /// Forgets the blocks lifted from these bytes: for changes made from outside.
  void code_changed(Range range);

  /// Runs until a stop, by the rules of Interpreter::run.
  Stop run(Budget budget);

  /// The block that begins at an address for the variant in force, lifted now if it was not yet, before any
  /// pass; nullptr, with `hart.stop` saying why, where its first instruction cannot be fetched. Valid until
  /// code changes.
  const ir::Block* block_at(u64 pc);

 private:
  // A block, and the others that begin where it does, for other variants: a number among the entries, counted
  // from 1, or 0 for none.
  struct Entry {
    std::shared_ptr<const Translation> translation;
    u32 next = 0;
  };
  // The blocks that begin in one executable area, one slot every two bytes: the first entry of each.
  struct Slots {
    u64 address = 0;
    std::vector<u32> entries;
  };

  const Translation* translation_at(u64 pc);
  u32* slot(u64 pc);
  u32 take_entry(std::shared_ptr<const Translation> translation, u32 next);
  void give_back(u32 first);

  std::vector<Slots> executable_;
  std::vector<Entry> entries_;
  u32 free_ = 0;  // the first of those given back
  std::size_t passes_;
  ir::Evaluator evaluator_{pc_word};
  u64 code_end_ = 0;
};

}  // namespace diptych::riscv64

#include "engine/guest/riscv64/ir_runner.hpp"

#include "engine/guest/riscv64/fetch.hpp"
#include "engine/guest/riscv64/lift.hpp"

namespace diptych::riscv64 {
namespace {

// Blocks are short, so that a change of code has few slots to look at.
constexpr std::size_t most_instructions = 32;
constexpr u64 most_bytes = most_instructions * 4;

}  // namespace

void IrRunner::bind(std::span<const Area> areas, u64 code_end) {
  hart.memory.bind(areas);
  hart.code_written.reset();
  code_end_ = code_end;
  for (Slots& slots : executable_)
    for (auto& block : slots.blocks)
      if (block) spare_.push_back(std::move(block));
  std::size_t used = 0;
  for (const Area& area : areas)
    if (allows(area.access, Access::execute)) {
      if (used == executable_.size()) executable_.emplace_back();
      Slots& slots = executable_[used++];
      slots.address = area.address;
      slots.blocks.clear();
      slots.blocks.resize((area.size + 1) / 2);
    }
  executable_.resize(used);
}

void IrRunner::code_changed(Range range) {
  for (Slots& slots : executable_)
    // A block that begins before the range may reach into it, also from another area.
    for (u64 back = 0; back < range.size + most_bytes; ++back) {
      const u64 offset = range.address - most_bytes + back - slots.address;
      if (offset / 2 >= slots.blocks.size() || offset % 2 != 0) continue;
      std::unique_ptr<ir::Block>& block = slots.blocks[offset / 2];
      if (block && block->end() - block->pc() > range.address - block->pc()) spare_.push_back(std::move(block));
      else if (block && block->pc() - range.address < range.size) spare_.push_back(std::move(block));
    }
}

std::unique_ptr<ir::Block>* IrRunner::slot(u64 pc) {
  for (Slots& slots : executable_) {
    const u64 offset = pc - slots.address;
    if (offset / 2 < slots.blocks.size()) return &slots.blocks[offset / 2];
  }
  return nullptr;
}

const ir::Block* IrRunner::block_at(u64 pc) {
  std::unique_ptr<ir::Block>* kept = slot(pc);
  if (!kept) {
    hart.stop = {StopKind::fault, Access::execute, pc};
    return nullptr;
  }
  if (*kept) return kept->get();

  u64 unreachable = 0;
  std::optional<Decoded> decoded = fetch(hart.memory, pc, unreachable);
  if (!decoded) {
    hart.stop = {StopKind::fault, Access::execute, unreachable};
    return nullptr;
  }
  if (spare_.empty()) spare_.push_back(std::make_unique<ir::Block>());
  *kept = std::move(spare_.back());
  spare_.pop_back();
  Lifter lifter(**kept, pc);
  // What cannot be fetched further on is no part of the block: it stops when it is reached.
  for (std::size_t count = 1;; ++count) {
    if (!lifter.add(*decoded)) break;
    if (count < most_instructions && lifter.pc() != code_end_) decoded = fetch(hart.memory, lifter.pc(), unreachable);
    else decoded.reset();
    if (!decoded) {
      lifter.finish();
      break;
    }
  }
  return kept->get();
}

Stop IrRunner::run(Budget budget) {
  const u64 last = hart.retired + budget.instructions;
  while (true) {
    const u64 pc = hart.pc();
    if (pc == code_end_) return hart.stop = {.kind = StopKind::end};
    if (hart.retired == last) return hart.stop = {.kind = StopKind::budget};
    const ir::Block* block = block_at(pc);
    if (!block || !evaluator_.run(*block, hart, last - hart.retired)) return hart.stop;
    if (hart.code_written) [[unlikely]] {
      code_changed(*hart.code_written);
      hart.code_written.reset();
    }
  }
}

}  // namespace diptych::riscv64

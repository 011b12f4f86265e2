#include "tests/bench/stages.hpp"

#include "engine/guest/riscv64/lift.hpp"
#include "engine/ir/passes/passes.hpp"

#include <cstring>

namespace diptych::bench {
namespace {

void decode(Batch& batch) {
  batch.decoded.clear();
  for (const Stretch& stretch : batch.stretches) {
    const u8* at = stretch.bytes;
    for (std::size_t i = 0; i < stretch.count; ++i) {
      // As fetching does it: the second half need not be there.
      u16 half;
      std::memcpy(&half, at, 2);
      u32 word = half;
      const u8 length = riscv64::length_of(half);
      if (length == 4) {
        std::memcpy(&half, at + 2, 2);
        word |= u32{half} << 16;
      }
      batch.decoded.push_back(riscv64::decode(word));
      at += length;
    }
  }
}

void lift(Batch& batch) {
  if (batch.blocks.size() < batch.stretches.size()) batch.blocks.resize(batch.stretches.size());
  const riscv64::Decoded* next = batch.decoded.data();
  for (std::size_t i = 0; i < batch.stretches.size(); ++i) {
    riscv64::Lifter lifter(batch.blocks[i], batch.stretches[i].pc, 0);
    bool goes_on = true;
    for (std::size_t count = batch.stretches[i].count; count-- > 0;) goes_on = lifter.add(*next++);
    if (goes_on) lifter.finish();
  }
}

std::size_t decoded_instructions(const Batch& batch) { return batch.decoded.size(); }

std::size_t ir_instructions(const Batch& batch) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < batch.stretches.size(); ++i) sum += batch.blocks[i].instructions.size();
  return sum;
}

}  // namespace

std::vector<Stage> stages() {
  std::vector<Stage> all = {{"decode", decode, "guest", decoded_instructions}, {"lift", lift, "IR", ir_instructions}};
  for (const ir::Pass& pass : ir::passes()) {
    auto run = [pass](Batch& batch) {
      for (std::size_t i = 0; i < batch.stretches.size(); ++i) pass.run(batch.blocks[i], batch.scratch);
    };
    all.push_back({std::string(pass.name), run, "IR", ir_instructions});
  }
  return all;
}

}  // namespace diptych::bench

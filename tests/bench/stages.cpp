#include "tests/bench/stages.hpp"

#include "engine/guest/riscv64/lift.hpp"
#include "engine/guest/riscv64/registers.hpp"
#include "engine/ir/passes/passes.hpp"

#include <cstring>
#include <stdexcept>

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
    riscv64::Lifter lifter(batch.blocks[i], batch.stretches[i].pc, 0, batch.scratch);
    const riscv64::Decoded* const end = next + batch.stretches[i].count;
    bool goes_on = true;
    // Where a condition is known, a block may end earlier.
    for (; next != end && goes_on; ++next) goes_on = lifter.add(*next);
    next = end;
    if (goes_on) lifter.finish();
  }
}

void emit(Batch& batch) {
  if (!batch.cache) {
    batch.frame = std::make_shared<jit::Frame>();
    auto made = CodeCache::create(*batch.frame, std::size_t{16} << 20);
    if (!made) throw std::runtime_error(made.error().message);
    batch.cache = std::move(*made);
  }
  batch.cache->clear();
  batch.translations.clear();
  const jit::Compiler::Request request{.options = {}, .counter_word = riscv64::pc_word, .status_word = riscv64::fcsr_word};
  for (std::size_t i = 0; i < batch.stretches.size(); ++i) {
    const auto made = batch.cache->add(batch.blocks[i], request, false);
    if (!made) throw std::runtime_error("a block has no room in an empty arena");
    batch.translations.push_back(*made);
  }
}

// Of the passes, each of which takes what the one before it left.
void lift_plainly(Batch& batch) {
  if (batch.lifted.size() < batch.stretches.size()) batch.lifted.resize(batch.stretches.size());
  const riscv64::Decoded* next = batch.decoded.data();
  for (std::size_t i = 0; i < batch.stretches.size(); ++i) {
    riscv64::Lifter lifter(batch.lifted[i], batch.stretches[i].pc, 0);
    bool goes_on = true;
    for (std::size_t count = batch.stretches[i].count; count-- > 0;) goes_on = lifter.add(*next++);
    if (goes_on) lifter.finish();
  }
}

// Every jump to a known address, to where it goes if that is in the batch, and else to the first block:
// the work is the same.
void link(Batch& batch) {
  const std::size_t links = batch.cache->records().links.size();
  for (u32 i = 0; i < links; ++i) {
    const auto target = batch.cache->find(batch.cache->records().links[i].target, 0);
    batch.cache->link(i, target.value_or(batch.translations.front()));
  }
}

std::size_t emitted_bytes(const Batch& batch) {
  std::size_t sum = 0;
  for (CodeCache::Index i : batch.translations) sum += (*batch.cache)[i].code_end - (*batch.cache)[i].code;
  return sum;
}

std::size_t links(const Batch& batch) { return batch.cache->records().links.size(); }

std::size_t decoded_instructions(const Batch& batch) { return batch.decoded.size(); }

std::size_t ir_instructions(std::span<const Stretch> stretches, std::span<const ir::Block> blocks) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < stretches.size(); ++i) sum += blocks[i].instructions.size();
  return sum;
}
std::size_t ir_for_baseline(const Batch& batch) { return ir_instructions(batch.stretches, batch.blocks); }
std::size_t ir_lifted(const Batch& batch) { return ir_instructions(batch.stretches, batch.lifted); }

}  // namespace

std::vector<Stage> stages() {
  std::vector<Stage> all = {{"decode", decode, "guest", decoded_instructions},
                            {"lift", lift, "IR", ir_for_baseline},
                            {"emit", emit, "bytes", emitted_bytes},
                            {"link", link, "jumps", links},
                            {"lift plainly", lift_plainly, "IR", ir_lifted, false}};
  for (const ir::Pass& pass : ir::passes()) {
    auto run = [pass](Batch& batch) {
      for (std::size_t i = 0; i < batch.stretches.size(); ++i) pass.run(batch.lifted[i], batch.scratch);
    };
    all.push_back({std::string(pass.name), run, "IR", ir_lifted, false});
  }
  return all;
}

}  // namespace diptych::bench

#include "fuzz/generate/finish.hpp"

#include "engine/guest/riscv64/registers.hpp"
#include "fuzz/generate/named_rows.hpp"

#include <algorithm>

namespace diptych::fuzz {
namespace {

bool is_fence(const Item& item) { return item.row == named_rows().fence_i->index; }

bool stores(const Item& item) { return item.row != no_row && item.shape()->stores(); }

bool synchronize(Code& code) {
  const Shape& fence = *named_rows().fence_i;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (!stores(code[i]) || (i + 1 < code.size() && is_fence(code[i + 1]))) continue;
    Item item = item_of(fence, fence.row->encoding.match);
    if (!code.insert(i + 1, item)) return false;
  }
  for (std::size_t i = 0; i < code.size(); ++i)
    while (points_at_own_fence(code, i)) {
      if (code[i].target == i16(code.size())) return false;
      ++code[i].target;
    }
  return true;
}

void set_code(Code& code, Block& block) {
  if (allows(block.program.code_access, Access::write) && !synchronize(code))
    block.program.code_access = Access::read | Access::execute;
  code.write(block.program.code);
  block.budget.instructions = std::min<u64>(64 + 8 * code.size(), largest_budget);
}

bool overlaps_memory(const Program& program) {
  const u64 first = program.code_address & ~(page_size - 1), last = (program.code_end() - 1) | (page_size - 1);
  return std::ranges::any_of(program.memory, [&](const Region& region) {
    return region.address <= last && region.address + (region.size - 1) >= first;
  });
}

void set_start(Block& block) { block.base.state.words[riscv64::pc_word] = block.program.code_address; }

}  // namespace

bool synchronized(const Code& code) {
  for (std::size_t i = 0; i < code.size(); ++i)
    if (stores(code[i]) && (i + 1 == code.size() || !is_fence(code[i + 1]))) return false;
  return true;
}

void finish(Code& code, Block& block, CodePlace place, Random& random) {
  set_code(code, block);
  block.program.code_address = code_address_for(place, block.program.code.size(), random);
  set_start(block);
}

void normalize(Block& block) {
  Program& program = block.program;
  const u64 end = program.code_end(), start_before = program.code_address;
  const bool at_page_end = end % page_size == 0;
  Code code;
  code.read(program.code);
  if (code.size() == 0) return;  // less than an instruction
  set_code(code, block);
  if (at_page_end) program.code_address = end - program.code.size();
  // Longer code may reach what lies beside it; then it moves to where generated code lies, and with it
  // the memory goes that is in the way there.
  const u64 top = ~u64{0} - 2 * page_size;
  if (overlaps_memory(program) || program.code_address > top || program.code_end() > top) {
    program.code_address = placement.code_end - program.code.size();
    if (overlaps_memory(program)) {
      program.memory.clear();
      program.contents.clear();
      block.base.memory.clear();
    }
  }
  if (program.code_address != start_before) set_start(block);
}

}  // namespace diptych::fuzz

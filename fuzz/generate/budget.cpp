#include "fuzz/generate/budget.hpp"

#include "fuzz/generate/named_rows.hpp"

#include <algorithm>

namespace diptych::fuzz {

Budget budget_at_exit(const Block& block, riscv64::Tracer& tracer, Random& random) {
  std::vector<riscv64::Traced> trace;
  tracer.trace(block.program, block.base, block.budget, trace);
  std::vector<u64> exits;  // instructions retired when control has been passed on
  for (std::size_t i = 0; i < trace.size(); ++i) {
    if (!trace[i].decoded.row) continue;
    const Shape& shape = shapes()[riscv64::index_of(*trace[i].decoded.row)];
    if (shape.flow != Flow::next || &shape == named_rows().fence_i || i + 1 == trace.size()) exits.push_back(i + 1);
  }
  if (exits.empty()) return block.budget;
  const u64 exit = random.pick(std::span(exits));
  return {std::max<u64>(1, exit + u64(random.between(-1, 1)))};
}

}  // namespace diptych::fuzz

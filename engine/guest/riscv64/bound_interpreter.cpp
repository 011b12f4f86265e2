#include "engine/guest/riscv64/bound_interpreter.hpp"

#include <cstring>

namespace diptych::riscv64 {

void BoundInterpreter::prepare(const Program& program) {
  initial_.prepare(program);
  areas_.clear();
  backing_.resize(initial_.areas().size());
  for (std::size_t i = 0; i < backing_.size(); ++i) {
    const AreaPlan& plan = initial_.areas()[i];
    const std::span<const u8> bytes = initial_.bytes(i);
    backing_[i].assign(bytes.begin(), bytes.end());
    areas_.push_back({plan.address, plan.size, plan.access, backing_[i].data()});
  }
  interpreter_.bind(areas_, program.code_end());
  patched_ = false;
}

// Only what may be written can differ from its initial bytes; where that may be executed too, what was
// decoded from changed bytes is forgotten.
void BoundInterpreter::start(const Input& input) {
  for (std::size_t i = 0; i < areas_.size(); ++i) {
    const Area& area = areas_[i];
    if (!allows(area.access, Access::write) && !patched_) continue;
    const std::span<const u8> bytes = initial_.bytes(i);
    if (allows(area.access, Access::execute)) {
      if (std::memcmp(area.host, bytes.data(), area.size) == 0) continue;
      interpreter_.code_changed({area.address, area.size});
    }
    std::memcpy(area.host, bytes.data(), area.size);
  }
  patched_ = !input.memory.empty();
  lay(input.memory, areas_);
  for (const Bytes& bytes : input.memory) interpreter_.code_changed({bytes.address, bytes.bytes.size()});
  Hart& hart = interpreter_.hart;
  hart.state = input.state;
  hart.reservation.reset();
  hart.retired = 0;
  hart.deviations.mattered = 0;
}

}  // namespace diptych::riscv64

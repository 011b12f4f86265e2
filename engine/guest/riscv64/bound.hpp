// A run loop with memory of its own: a program bound to it, and started on an input.
#pragma once

#include "engine/guest/hart.hpp"
#include "engine/memory/areas.hpp"

#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace diptych::riscv64 {

/// `Runner` has a hart, and bind and code_changed as Interpreter has them.
template <class Runner>
class Bound {
 public:
  template <class... Arguments>
  explicit Bound(Arguments&&... arguments) : runner_(std::forward<Arguments>(arguments)...) {}

  void prepare(const Program& program) {
    initial_.prepare(program);
    areas_.clear();
    backing_.resize(initial_.areas().size());
    for (std::size_t i = 0; i < backing_.size(); ++i) {
      const AreaPlan& plan = initial_.areas()[i];
      const std::span<const u8> bytes = initial_.bytes(i);
      backing_[i].assign(bytes.begin(), bytes.end());
      areas_.push_back({plan.address, plan.size, plan.access, backing_[i].data()});
    }
    runner_.bind(areas_, program.code_end());
    patched_ = false;
  }

  /// Puts memory and registers where this input begins.
  void start(const Input& input) {
    // Only what may be written can differ from its initial bytes; where that may be executed too, what
    // was made from changed bytes is forgotten.
    for (std::size_t i = 0; i < areas_.size(); ++i) {
      const Area& area = areas_[i];
      if (!allows(area.access, Access::write) && !patched_) continue;
      const std::span<const u8> bytes = initial_.bytes(i);
      if (allows(area.access, Access::execute)) {
        if (std::memcmp(area.host, bytes.data(), area.size) == 0) continue;
        runner_.code_changed({area.address, area.size});
      }
      std::memcpy(area.host, bytes.data(), area.size);
    }
    patched_ = !input.memory.empty();
    lay(input.memory, areas_);
    for (const Bytes& bytes : input.memory) runner_.code_changed({bytes.address, bytes.bytes.size()});
    Hart& hart = runner_.hart;
    hart.state = input.state;
    hart.reservation.reset();
    hart.retired = 0;
    hart.deviations.mattered = 0;
  }

  Runner& runner() { return runner_; }
  std::span<const Area> areas() const { return areas_; }

 private:
  Runner runner_;
  InitialMemory initial_;
  std::vector<std::vector<u8>> backing_;
  std::vector<Area> areas_;
  bool patched_ = false;  // the last input laid bytes over areas that the guest cannot write
};

}  // namespace diptych::riscv64

// A run loop with memory of its own: a program bound to it, and started on an input.
#pragma once

#include "engine/guest/hart.hpp"
#include "engine/memory/backing.hpp"

#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace diptych::riscv64 {

/// `Runner` has a hart, and bind and code_changed as Interpreter has them.
template <class Runner, class Backing = HeapBacking>
class Bound {
 public:
  template <class... Arguments>
  explicit Bound(Arguments&&... arguments) : runner_(std::forward<Arguments>(arguments)...) {}
  template <class... Arguments>
  Bound(Backing backing, Arguments&&... arguments) : runner_(std::forward<Arguments>(arguments)...), backing_(std::move(backing)) {}

  Result<void> prepare(const Program& program) {
    initial_.prepare(program);
    if (auto placed = backing_.place(initial_, areas_); !placed) return placed;
    runner_.bind(areas_, program.code_end());
    patched_ = false;
    return {};
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
      backing_.write(area, area.address, bytes);
    }
    patched_ = !input.memory.empty();
    for (const Bytes& some : input.memory)
      for (const Area& area : areas_)
        if (area.contains(some.address)) {
          backing_.write(area, some.address, some.bytes);
          if (allows(area.access, Access::execute)) runner_.code_changed({some.address, some.bytes.size()});
        }
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
  Backing backing_;
  InitialMemory initial_;
  std::vector<Area> areas_;
  bool patched_ = false;  // the last input laid bytes over areas that the guest cannot write
};

}  // namespace diptych::riscv64

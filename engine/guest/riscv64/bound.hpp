// A run loop with memory of its own: a program bound to it, and started on an input.
#pragma once

#include "engine/guest/hart.hpp"
#include "engine/guest/riscv64/registers.hpp"
#include "engine/memory/backing.hpp"
#include "engine/memory/changed_lines.hpp"

#include <algorithm>
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
    prepare_lines();
    runner_.bind(areas_, program.code_end());
    patched_ = false;
    return {};
  }

  /// Puts memory and registers where this input begins.
  void start(const Input& input) {
    // Only what may be written can differ from its initial bytes, unless an input was laid over the rest.
    if (!changes_known_) find_changes();
    each_writable([&](const Area& area, std::span<const u8> initial, std::span<const u64> changed) {
      put_back(area, initial, changed);
    });
    std::ranges::fill(written_, u64{0});
    changes_known_ = false;
    if (patched_)
      for (std::size_t i = 0; i < areas_.size(); ++i)
        if (!allows(areas_[i].access, Access::write)) put_back(areas_[i], initial_.bytes(i));
    patched_ = !input.memory.empty();
    for (const Bytes& some : input.memory)
      for (const Area& area : areas_)
        if (area.contains(some.address)) {
          backing_.write(area, some.address, some.bytes);
          if (area.written && !some.bytes.empty()) note_written(area.written, some.address - area.address, some.bytes.size());
          if (allows(area.access, Access::execute)) runner_.code_changed({some.address, some.bytes.size()});
        }
    Hart& hart = runner_.hart;
    copy_state(hart.state, input.state);
    hart.reservation.reset();
    hart.retired = 0;
    hart.deviations.mattered = 0;
  }

  /// Looks for the lines of memory that are not as they were before the run: views show them, and the next
  /// start has only those to put back. Nobody but the guest may have written since.
  void find_changes() {
    each_writable([&](const Area& area, std::span<const u8> initial, std::span<u64> changed) {
      const std::span<const u8> now = backing_.look(area);
      if (area.written) find_changed_lines(now, initial, std::span(area.written, changed.size()), changed);
      else find_changed_lines(now, initial, changed);
    });
    changes_known_ = true;
  }

  /// The views of an outcome, good until the next prepare.
  void view(std::vector<MemoryView>& views) {
    views.clear();
    each_writable([&](const Area& area, std::span<const u8>, std::span<const u64> changed) {
      views.push_back({area.address, {area.host, area.size}, changed});
    });
  }

  Runner& runner() { return runner_; }
  std::span<const Area> areas() const { return areas_; }

 private:
  void prepare_lines() {
    std::size_t words = 0;
    for (const Area& area : areas_)
      if (allows(area.access, Access::write)) words += words_of_lines(area.size);
    changed_.assign(words, 0);
    written_.assign(words, 0);
    changes_known_ = true;
    u64* written = written_.data();
    for (Area& area : areas_) {
      if (!allows(area.access, Access::write)) continue;
      if (!backing_.written_by_host(area)) area.written = written;
      written += words_of_lines(area.size);
    }
  }

  template <class Visit>
  void each_writable(Visit visit) {
    u64* changed = changed_.data();
    for (std::size_t i = 0; i < areas_.size(); ++i) {
      if (!allows(areas_[i].access, Access::write)) continue;
      const std::size_t words = words_of_lines(areas_[i].size);
      visit(areas_[i], initial_.bytes(i), std::span(changed, words));
      changed += words;
    }
  }

  // What was made of code that was changed is forgotten, from the first such line to the last.
  void put_back(const Area& area, std::span<const u8> initial, std::span<const u64> changed) {
    u64 begin = area.size, end = 0;
    all_of_lines(changed, area.size, [&](u64 offset, u64 size) {
      backing_.write(area, area.address + offset, initial.subspan(offset, size));
      begin = std::min(begin, offset);
      end = offset + size;
      return true;
    });
    if (begin < end && allows(area.access, Access::execute)) runner_.code_changed({area.address + begin, end - begin});
  }

  void put_back(const Area& area, std::span<const u8> initial) {
    if (allows(area.access, Access::execute)) {
      if (std::ranges::equal(backing_.look(area), initial)) return;
      runner_.code_changed({area.address, area.size});
    }
    backing_.write(area, area.address, initial);
  }

  Runner runner_;
  Backing backing_;
  InitialMemory initial_;
  std::vector<Area> areas_;
  std::vector<u64> changed_;     // a bit for each line of the areas that can be written, each area's in words of its own
  std::vector<u64> written_;     // the same for lines that were written, in areas that host code does not write by itself
  bool changes_known_ = false;   // as memory is now
  bool patched_ = false;         // the last input laid bytes over memory
};

}  // namespace diptych::riscv64

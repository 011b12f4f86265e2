// Engine and reference side by side: the registers a debugger is shown of the reference, and where both part.
#pragma once

#include "engine/debug/timeline.hpp"
#include "gdbstub/beside/reference.hpp"
#include "gdbstub/description.hpp"
#include "gdbstub/engine/inferior.hpp"

#include <deque>
#include <memory>
#include <optional>

namespace diptych::gdb {

class PanelView {
 public:
  /// All three outlive it.
  PanelView(Inferior& inferior, Timeline& timeline, Reference& reference);

  /// Appends the reference's registers, each named `o_` and its own name, then `diverged` and `icount`: a
  /// feature and a group of their own, so that `info registers oracle` shows them.
  void describe(Description& description) const;
  std::size_t registers() const { return names_.size(); }
  u64 value(std::size_t number);

  /// The reference where the engine stands now.
  const Reference::Sight& sight();
  /// Why there is none; empty: there is.
  const std::string& blind() const { return blind_; }

  /// Time has gone on, or something was changed. `stop`: the instruction at the PC is what stopped it, and why.
  void moved(std::optional<Stop> stop = {}) {
    seen_.reset();
    stop_ = stop;
  }

  /// Finds the first time after `from`, where both agreed, at which they do not, up to now, and goes there.
  /// Nothing if they agree now.
  std::optional<u64> go_to_parting(u64 from);

  /// Instructions behind one that the reference could not execute, where there was no way back to look at them.
  u64 uncompared() const { return uncompared_; }

  const std::string& reference() const { return reference_.name(); }

 private:
  void look();
  bool parted_at(u64 time);
  void go_to(u64 time);
  Outcome engine_outcome();

  Inferior& inferior_;
  Timeline& timeline_;
  Reference& reference_;
  std::deque<std::string> names_;  // what descriptions point to
  std::optional<u64> seen_;        // the time of the sight
  Reference::Sight sight_;
  std::optional<Stop> stop_;
  std::string blind_;
  u64 uncompared_ = 0;
  std::deque<std::vector<u8>> memory_;  // what an outcome's views point to
};

}  // namespace diptych::gdb

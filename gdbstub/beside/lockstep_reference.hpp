// A reference that goes along with the engine, rather than be run whenever it is looked at.
#pragma once

#include "engine/debug/timeline.hpp"
#include "gdbstub/beside/reference.hpp"
#include "gdbstub/engine/inferior.hpp"

#include <optional>
#include <string>

namespace diptych::gdb {

class LockstepReference : public Reference {
 public:
  /// Whom it goes along with; both outlive it.
  virtual void accompany(Inferior& inferior, Timeline& timeline) = 0;

  LockstepReference* lockstep() final { return this; }

  // As the timeline's own, for both together. Where they part, it halts behind the instruction that parts them,
  // wherever else they were bound.
  virtual std::optional<Timeline::Halted> forward(u64 most) = 0;
  virtual std::optional<Timeline::Halted> step() = 0;

  /// Whether they parted at the last halt, and the engine still stands there.
  virtual bool has_parted() const = 0;
  /// The same; said once.
  virtual bool take_parting() = 0;

  /// The engine was led elsewhere: from there on both go together again.
  virtual void changed() = 0;

  /// Signals that the debugger does not want to see; the execution is to report all.
  virtual void pass_signals(u64 set) = 0;

  /// A sentence the user should read. Empty: there is none. Told once.
  virtual std::string take_notice() = 0;
};

}  // namespace diptych::gdb

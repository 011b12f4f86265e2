// What runs a guest's instructions: one of the engine's tiers, in a window.
#pragma once

#include "engine/guest/hart.hpp"
#include "engine/jit/options.hpp"
#include "engine/machine/error.hpp"
#include "engine/machine/program.hpp"
#include "engine/memory/window.hpp"
#include "engine/tier/passed_stops.hpp"
#include "engine/tier/stop_points.hpp"

#include <memory>
#include <span>
#include <string_view>

namespace diptych {

class Tier {
 public:
  virtual ~Tier() = default;

  virtual std::string_view name() const = 0;
  virtual Hart& hart() = 0;
  virtual u64 program_counter() = 0;

  /// Runs in this window from now on, which outlives the tier's use of it. No address is an end of the code.
  virtual void bind(Window& window) = 0;

  /// The same with areas, which lie in the window where their host bytes are the window's, else beside it.
  /// Reaching `code_end` is a stop.
  virtual void bind(Window& window, std::span<const Area> areas, u64 code_end) = 0;

  /// Until a stop. The end of the code is told before the end of the budget, that before a stop point. What
  /// somebody looks on is StopKind::intercepted: a stop point (see stop_at), or an access to what is watched
  /// (AddressSpace::watch_accesses of the hart's memory). The instruction has not begun then.
  virtual Stop run(Budget budget) = 0;

  /// One instruction: StopKind::budget once it retired, StopKind::intercepted before what is not passed. At the
  /// end of the code there is none, and nothing happens.
  virtual Stop step(const PassedStops& passed) = 0;
  /// One instruction, whatever stop points and watched accesses say.
  Stop step() { return step({}); }

  /// Bytes that may have been executable are so no more, have become so, or were written from outside.
  virtual void code_changed(Range range) = 0;

  /// Runs stop before the instruction at any of these, be it the first: StopKind::intercepted, with the PC as
  /// address. nullptr: nowhere. The set may change between runs if each change is told:
  /// code_changed({address, 2}).
  virtual void stop_at(const StopPoints* points) = 0;
};

/// By the name on the command line: "interp", "baseline". An error lists the names there are. The options are for
/// translated code.
Result<std::unique_ptr<Tier>> make_tier(std::string_view name, const jit::Options& options = {});

}  // namespace diptych

// What runs a process's instructions: one of the engine's tiers.
#pragma once

#include "engine/guest/hart.hpp"
#include "engine/machine/error.hpp"
#include "engine/machine/program.hpp"
#include "engine/memory/window.hpp"

#include <memory>
#include <string_view>

namespace diptych::linux_guest {

class Tier {
 public:
  virtual ~Tier() = default;

  virtual std::string_view name() const = 0;
  virtual Hart& hart() = 0;

  /// Runs in this window from now on, which outlives the tier's use of it.
  virtual void bind(Window& window) = 0;

  /// Until a stop. The budget bounds how long signals wait; no address is an end of the code.
  virtual Stop run(Budget budget) = 0;

  /// Bytes that may have been executable are so no more, have become so, or were written from outside.
  virtual void code_changed(Range range) = 0;
};

/// By the name on the command line: "interp", "baseline". An error lists the names there are.
Result<std::unique_ptr<Tier>> make_tier(std::string_view name);

}  // namespace diptych::linux_guest

// The other panel: a machine that runs the same guest beside the engine, to be looked at wherever the engine
// has come to.
#pragma once

#include "engine/machine/error.hpp"
#include "engine/machine/outcome.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>

namespace diptych::gdb {

class LockstepReference;

struct ReferenceOptions {
  bool known_too = false;  ///< differences that are known of it count as divergences, too
};

class Reference {
 public:
  Reference() = default;
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;
  virtual ~Reference() = default;

  /// "unicorn"
  virtual const std::string& name() const = 0;

  /// Itself, if it is one that goes along with the engine, rather than be run whenever it is looked at.
  virtual LockstepReference* lockstep() { return nullptr; }

  /// What it has come to after as many instructions as the engine.
  struct Sight {
    GuestState state;
    u64 retired = 0;         ///< fewer than the engine where it stopped before
    bool diverged = false;   ///< for no known reason, or known ones are asked for as well
    std::string difference;  ///< what differs, a line each, known or not; empty: nothing
    std::string known;       ///< the reason, as a sentence; empty: none is known
    std::optional<u64> lost; ///< the time of an instruction that it cannot execute: behind it it is to look first
  };

  /// Holds it against the engine as it stands: its state, writable memory, and why it stopped; `time`
  /// instructions have retired since the beginning. `reserved`: the engine holds a reservation.
  virtual Result<Sight> look(u64 time, const Outcome& engine, bool reserved) = 0;

  /// Reads the engine's memory: how many bytes, from the front, are there.
  using ReadMemory = std::function<std::size_t(u64 address, std::span<u8> bytes)>;

  /// The engine was changed by hand, at this time. From there on the reference goes on from the same.
  virtual void take_over(u64 time, const GuestState& engine, const ReadMemory& read) = 0;

  /// What was compared, and what not, in lines for a person.
  virtual std::string statistics() const { return {}; }

  /// Its memory where it was looked at last. False: it is as the engine's there.
  virtual bool read_memory(u64 address, std::span<u8> bytes) const = 0;
};

}  // namespace diptych::gdb

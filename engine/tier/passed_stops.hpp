// What a single step goes past, of all that stops a run before an instruction.
#pragma once

#include "engine/memory/address_space.hpp"

#include <span>

namespace diptych {

struct PassedStops {
  bool stop_point = true;
  bool all_accesses = true;                 ///< to whatever is watched; else only
  std::span<const WatchHit> accesses = {};  ///< those reported before: each passes the watches that its byte lies in
};

/// Lets the accesses pass while it lives.
class PassingAccesses {
 public:
  PassingAccesses(AddressSpace& memory, const PassedStops& passed) : memory_(memory), ignored_before_(memory.ignores_watches()) {
    memory_.ignore_watches(ignored_before_ || passed.all_accesses);
    memory_.pass_hits(passed.accesses);
  }
  PassingAccesses(const PassingAccesses&) = delete;
  PassingAccesses& operator=(const PassingAccesses&) = delete;
  ~PassingAccesses() {
    memory_.ignore_watches(ignored_before_);
    memory_.pass_hits({});
  }

 private:
  AddressSpace& memory_;
  const bool ignored_before_;
};

}  // namespace diptych

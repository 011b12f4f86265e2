// What a process may take of the host's memory, and of the mappings that a host process may have.
#pragma once

#include "engine/machine/integers.hpp"

namespace diptych::linux_guest {

/// Three quarters of what the host, or the control group that this process is in, has in all.
u64 default_memory_limit();

/// Keeps a share of the mappings that the kernel lets a process have for the host's own use: without, its next
/// allocation would fail. A change of guest memory makes at most two more.
class HostMappings {
 public:
  static constexpr u64 a_change = 2;

  /// Before a change. False: it might leave too few.
  bool take();

 private:
  u64 at_most_ = 0;  // how many there can be
  bool counted_ = false;
};

}  // namespace diptych::linux_guest

// What a process that executes arbitrary guest code is kept from: a system call that the code manages to
// make reaches the emulator, and through it the host.
#pragma once

#include "engine/machine/integers.hpp"

#include <linux/filter.h>
#include <vector>

namespace diptych::agent {

/// The system calls an emulator needs to start and to run, as a seccomp filter; all others are refused.
/// Files can be opened for reading only, threads started but no processes, and one program executed: the
/// one at `program_descriptor`, which is to be closed by that.
class Sandbox {
 public:
  Sandbox(int program_descriptor, u64 largest_file);

  /// For the child, between fork and exec: no allocation, no locks. False if the kernel refuses any of it.
  bool enter();

 private:
  std::vector<sock_filter> filter_;
  std::vector<std::size_t> own_process_;  ///< where the filter compares with the child's own number
  u64 largest_file_;
};

}  // namespace diptych::agent

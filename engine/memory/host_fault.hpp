// Faults of host code that the engine expects: they continue elsewhere in host code instead of ending the
// process.
#pragma once

#include "engine/machine/error.hpp"
#include "engine/machine/integers.hpp"

namespace diptych {

/// Makes the process's actions on SIGSEGV and SIGBUS ours, if they are not. Whoever had them hears of
/// every fault that no scope takes. The first scope does this; asking again, as whenever an engine is
/// made, costs two system calls and repairs what was installed over it meanwhile.
Result<void> install_fault_handler();

/// While one lives, a SIGSEGV or SIGBUS raised on this thread at a host PC in [begin, end) continues at
/// redirect(self, pc), with all registers as they were; where that is 0, the scope around this one is
/// asked. Scopes nest. `redirect` runs within a signal handler: it may look things up and write to what
/// `self` points to, and nothing else. It is not told the address of the access, because the host does
/// not say it for every one.
class FaultScope {
 public:
  using Redirect = u64 (*)(void* self, u64 pc);

  FaultScope(const u8* begin, const u8* end, Redirect redirect, void* self);
  FaultScope(const FaultScope&) = delete;
  FaultScope& operator=(const FaultScope&) = delete;
  ~FaultScope();

  /// Where a fault on this thread at that host PC continues; 0: nowhere.
  static u64 continuation(u64 pc);

 private:
  const u64 begin_;
  const u64 size_;
  const Redirect redirect_;
  void* const self_;
  const FaultScope* const around_;
};

}  // namespace diptych

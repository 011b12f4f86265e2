// The lines of --strace.
#pragma once

#include "engine/linux/calls/call.hpp"

#include <string>
#include <vector>

namespace diptych::linux_guest {

/// One call: told once before it runs, while what it reads is as the guest left it, and once after.
class CallLine {
 public:
  CallLine(u64 number, const Arguments& arguments, GuestMemory& memory);

  /// "openat(AT_FDCWD, "hello", O_RDONLY) = 3", with a note behind it if there is one.
  std::string finish(i64 result, std::string_view note, GuestMemory& memory);
  /// A call that does not come back: "exit_group(0) = ?"
  std::string finish();

 private:
  std::string head() const;

  const SystemCall* call_;
  u64 number_;
  Arguments arguments_;
  std::vector<std::string> shown_;
};

/// "--- SIGSEGV (a page that is not mapped, at 0x0) ---"
std::string trace_line(const Signal& signal);

}  // namespace diptych::linux_guest

// Thread identifiers: `TID`, or `pPID.TID` where both sides speak of several processes.
#pragma once

#include "gdbstub/protocol/reader.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace diptych::rsp {

struct ThreadId {
  static constexpr std::int64_t any = 0;   ///< whichever suits
  static constexpr std::int64_t all = -1;  ///< every one

  std::int64_t process = any;
  std::int64_t thread = any;

  /// Does this identifier, as asked for, include that thread?
  bool includes(std::int64_t a_process, std::int64_t a_thread) const {
    return (process == any || process == all || process == a_process) &&
           (thread == any || thread == all || thread == a_thread);
  }
  bool operator==(const ThreadId&) const = default;
};

/// `1f`, `-1`, `0`, `p1.2`, `p1.-1`, and `p1`, which means every thread of it. Numbers are below 2^31.
std::optional<ThreadId> take_thread_id(Reader& reader);

/// Writes one thread of one process; the process only if `with_process`.
void append_thread_id(std::string& to, const ThreadId& id, bool with_process);

}  // namespace diptych::rsp

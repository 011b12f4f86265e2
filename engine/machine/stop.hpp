// Why a machine stopped.
#pragma once

#include "engine/machine/integers.hpp"

#include <string>
#include <string_view>

namespace diptych {

/// What may be done with memory, or what was tried.
enum class Access : u8 { none = 0, read = 1, write = 2, execute = 4 };

constexpr Access operator|(Access a, Access b) { return Access(u8(a) | u8(b)); }
constexpr bool allows(Access granted, Access wanted) { return (u8(granted) & u8(wanted)) == u8(wanted); }

enum class StopKind : u8 {
  end,          ///< the PC reached the end of the code; wins over the budget
  budget,       ///< as many instructions retired as the budget allows
  illegal,      ///< an instruction that is not defined, or not allowed here
  breakpoint,   ///< ebreak
  system_call,  ///< ecall
  fault,        ///< an access to memory that is not there or does not permit it
  misaligned,   ///< an access whose alignment the instruction insists on
  runaway,      ///< ended by the watchdog of a machine that cannot count instructions
  intercepted,  ///< whoever looks on wanted it to stop here; no machine reports it, and no case names it
};

/// For every kind but `end` and `budget`, the PC of the state is that of the instruction that
/// stopped, and none of its effects took place.
struct Stop {
  StopKind kind = StopKind::end;
  Access access = Access::none;  ///< of a fault or misaligned access: what was tried;
                                 ///< of an interception: that too, or none before the instruction as such
  u64 address = 0;               ///< of a fault: the first byte that could not be reached;
                                 ///< of a misaligned access: the address used;
                                 ///< of an intercepted access: its first byte that is watched, else the PC

  bool operator==(const Stop&) const = default;
};

/// The word used in case files and JSON: "end", "fault", ...
std::string_view name_of(StopKind kind);

/// As it stands behind `stop` in a case: "end", "fault write 0x30000".
std::string describe(const Stop& stop);

}  // namespace diptych

// The scripted target with something of everything, and halts by chance.
#pragma once

#include "tests/gdbstub/scripted_target.hpp"

#include <string_view>

namespace diptych::gdb {

/// Little, since each session gets it anew.
constexpr std::size_t fuzzed_memory = 0x2000;

inline void furnish(ScriptedTarget& target) {
  target.all_threads = {{.number = 1, .name = "engine"}, {.number = 2, .name = "reference"}};
  target.files["/b"] = {1, 2, 3, '#', '$', '}'};
  target.information.emplace();
  target.back = true;
  target.own_commands = {{"echo", "says it again", [](std::string_view text) { return std::string(text); }}};
  target.notice = "#$}*";
}

/// What a byte stands for in a script.
inline std::optional<Halt> halt_of(u8 byte) {
  switch (byte % 16) {
    case 0:
      return Halt{.kind = HaltKind::exited, .exit_code = byte};
    case 1:
      return Halt{.kind = HaltKind::killed, .signal = Signal::segmentation};
    case 2:
      return Halt{.signal = static_cast<Signal>(byte)};
    case 3:
    case 4:
    case 5:
    case 6:
      return Halt{.reason = HaltReason::software_breakpoint};
    case 7:
      return Halt{.reason = HaltReason::hardware_breakpoint, .thread = 2};
    case 8:
      return Halt{.reason = HaltReason::write_watch, .detail = byte};
    case 9:
      return Halt{.reason = HaltReason::call_entry, .detail = byte};
    case 10:
      return Halt{.reason = HaltReason::replay_begin};
    default:
      return std::nullopt;
  }
}

}  // namespace diptych::gdb

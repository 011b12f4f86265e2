// What came of a run.
#pragma once

#include "engine/machine/program.hpp"
#include "engine/machine/state.hpp"
#include "engine/machine/stop.hpp"

#include <optional>
#include <span>
#include <vector>

namespace diptych {

/// Memory as the run left it: one for each writable area of the program, the code first if it is
/// writable, then the regions in their order. So the views of two machines pair up by index.
/// A machine may say which lines of it are not what the program put there: then two views of one program
/// are the same where these lines are.
constexpr u64 line_size = 64;

struct MemoryView {
  u64 address = 0;
  std::span<const u8> bytes;
  std::span<const u64> changed = {};  ///< a bit for each line, the lowest first; empty where it is not said
};

struct Outcome {
  Stop stop;
  GuestState state;
  std::optional<u64> retired;  ///< instructions, where the machine counted them
  std::vector<MemoryView> memory;
};

}  // namespace diptych

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
struct MemoryView {
  u64 address = 0;
  std::span<const u8> bytes;
};

struct Outcome {
  Stop stop;
  GuestState state;
  std::optional<u64> retired;  ///< instructions, where the machine counted them
  std::vector<MemoryView> memory;
};

}  // namespace diptych

// Accesses to memory as an instruction makes them: checked, atomic where it says so, and all or nothing.
#pragma once

#include "engine/guest/hart.hpp"

#include <cstring>

namespace diptych {

// Each says whether it took place; if not, `hart.stop` says why and nothing has changed. Values are bits,
// zero above `size` bytes: guest and host are little-endian. A store into code leaves word of it in
// `hart.code_written`.

inline bool load(Hart& hart, u64 address, u64 size, u64& value) {
  value = 0;
  if (const u8* host = hart.memory.reach(address, size, Access::read)) [[likely]] {
    std::memcpy(&value, host, size);
    return true;
  }
  u64 unreachable = 0;
  if (hart.memory.read_across(address, &value, size, unreachable)) return true;
  hart.stop = {StopKind::fault, Access::read, unreachable};
  return false;
}

/// Whether a store there changes code.
inline bool holds_code(Hart& hart, u64 address, u64 size) {
  return hart.memory.reach(address, 1, Access::execute) || hart.memory.reach(address + size - 1, 1, Access::execute);
}

inline bool store(Hart& hart, u64 address, u64 size, u64 value) {
  if (u8* host = hart.memory.reach(address, size, Access::write)) [[likely]] {
    std::memcpy(host, &value, size);
  } else {
    u64 unreachable = 0;
    if (!hart.memory.write_across(address, &value, size, unreachable)) {
      hart.stop = {StopKind::fault, Access::write, unreachable};
      return false;
    }
  }
  if (holds_code(hart, address, size)) [[unlikely]]
    hart.code_written = Range{address, size};
  return true;
}

/// For a run that has stopped: an access refused because somebody looks on it is no fault.
inline Stop told_apart(Hart& hart) {
  const std::optional<WatchHit> hit = hart.memory.take_watch_hit();
  if (hit && hart.stop.kind == StopKind::fault) [[unlikely]] hart.stop = {StopKind::intercepted, hit->access, hit->address};
  return hart.stop;
}

bool load_reserved(Hart& hart, u64 address, u64 size, u64& value);
/// `failed` becomes 0 or 1. Memory is asked only where the reservation is for this address.
bool store_conditional(Hart& hart, u64 address, u64 size, u64 value, u64& failed);
/// First half of one access that reads and writes: where either is refused, the write is what is reported.
bool load_update(Hart& hart, u64 address, u64 size, u64& value);

}  // namespace diptych

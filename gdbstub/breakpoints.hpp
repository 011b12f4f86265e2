// Where breakpoints are, and of which kind.
#pragma once

#include "engine/tier/stop_points.hpp"
#include "gdbstub/target.hpp"

#include <optional>

namespace diptych::gdb {

class Breakpoints {
 public:
  /// False if there are too many of the kind already.
  bool insert(BreakpointKind kind, u64 address) { return of(kind).insert(address); }
  void remove(BreakpointKind kind, u64 address) { of(kind).erase(address); }
  void clear() {
    software_.clear();
    hardware_.clear();
  }

  bool empty() const { return software_.empty() && hardware_.empty(); }

  /// The kind of breakpoint there, a software one before a hardware one.
  std::optional<BreakpointKind> at(u64 address) const {
    if (software_.has(address)) return BreakpointKind::software;
    if (hardware_.has(address)) return BreakpointKind::hardware;
    return std::nullopt;
  }

 private:
  StopPoints& of(BreakpointKind kind) { return kind == BreakpointKind::software ? software_ : hardware_; }

  StopPoints software_;
  StopPoints hardware_;
};

}  // namespace diptych::gdb

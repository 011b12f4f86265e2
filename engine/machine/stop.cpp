#include "engine/machine/stop.hpp"

#include <fmt/format.h>

namespace diptych {

std::string_view name_of(StopKind kind) {
  switch (kind) {
    case StopKind::end: return "end";
    case StopKind::budget: return "budget";
    case StopKind::illegal: return "illegal";
    case StopKind::breakpoint: return "breakpoint";
    case StopKind::system_call: return "system-call";
    case StopKind::fault: return "fault";
    case StopKind::misaligned: return "misaligned";
    case StopKind::runaway: return "runaway";
    case StopKind::intercepted: return "intercepted";
  }
  return "unknown";
}

std::string describe(const Stop& stop) {
  const bool of_an_access = stop.kind == StopKind::fault || stop.kind == StopKind::misaligned ||
                            (stop.kind == StopKind::intercepted && stop.access != Access::none);
  if (!of_an_access) return std::string(name_of(stop.kind));
  std::string_view tried = stop.access == Access::read      ? "read"
                           : stop.access == Access::write   ? "write"
                           : stop.access == Access::execute ? "execute"
                                                            : "access";
  return fmt::format("{} {} {:#x}", name_of(stop.kind), tried, stop.address);
}

}  // namespace diptych

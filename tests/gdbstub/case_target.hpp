// A case under the debugger, with nothing beside it.
#pragma once

#include "gdbstub/engine/case_inferior.hpp"
#include "gdbstub/engine/engine_target.hpp"

#include <memory>

namespace diptych::gdb {

inline Result<std::unique_ptr<Target>> make_case_target(const Case& some, std::string_view tier = "baseline") {
  auto inferior = make_case_inferior(some, tier);
  if (!inferior) return std::unexpected(std::move(inferior).error());
  return std::make_unique<EngineTarget>(std::move(*inferior), nullptr, EngineOptions{});
}

}  // namespace diptych::gdb

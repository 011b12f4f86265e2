#include "gdbstub/breakpoint_actions.hpp"

#include <algorithm>

namespace diptych::gdb {

bool is_to_be_told(const BreakpointActions& actions, agent::Surroundings& surroundings) {
  const auto holds = [&](const agent::Expression& condition) {
    return agent::evaluate(condition, surroundings).value_or(1) != 0;
  };
  if (!actions.conditions.empty() && std::ranges::none_of(actions.conditions, holds)) return false;
  for (const agent::Expression& command : actions.commands)
    if (!agent::evaluate(command, surroundings)) return true;
  return actions.commands.empty();
}

}  // namespace diptych::gdb

// Every machine by the name it has on the command line.
#pragma once

#include "engine/machine/machine.hpp"

#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace diptych {

/// The names make_machine knows.
std::span<const std::string_view> machine_names();

/// An error says which names there are, or what the host lacks.
Result<std::unique_ptr<Machine>> make_machine(std::string_view name, Guest guest);

/// Several, from a list separated by commas.
Result<std::vector<std::unique_ptr<Machine>>> make_machines(std::string_view list, Guest guest);

}  // namespace diptych

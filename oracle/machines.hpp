// Every machine by the name it has on the command line, and which of them are stages of the engine.
#pragma once

#include "engine/machine/machine.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace diptych {

struct RegisteredMachine {
  std::string_view name;
  /// A stage of the engine, rather than somebody else's machine to hold it against.
  bool stage = false;
  Result<std::unique_ptr<Machine>> (*make)(Guest guest);
};

/// All of them: the stages first, in the order an instruction passes through them. Each stage adds one
/// piece to those before it, so the first one that differs names the piece at fault.
std::span<const RegisteredMachine> registered_machines();

/// Adds a machine that is no stage. A program that is linked with such a call, made before main() or early in it, has
/// the machine in every list.
void register_machine(RegisteredMachine machine);

/// Whether this is a stage of the engine.
bool is_stage(std::string_view name);

/// An error says which names there are, or what the host lacks.
Result<std::unique_ptr<Machine>> make_machine(std::string_view name, Guest guest);

/// Several, from a list separated by commas.
Result<std::vector<std::unique_ptr<Machine>>> make_machines(std::string_view list, Guest guest);

/// A list of subjects as a user gives it, made plain: `all` is every stage that runs the guest, and
/// stages stand in their order, before machines that are none.
std::string subject_list(std::string_view list, Guest guest);

/// A list of references: `all` is every machine that runs the guest and is no stage.
std::string oracle_list(std::string_view list, Guest guest);

}  // namespace diptych

#include "oracle/machines.hpp"

#include "engine/tier/interpreter_machine.hpp"
#include "engine/tier/ir_machine.hpp"
#include "oracle/agent/agent_machine.hpp"
#include "oracle/unicorn/unicorn_machine.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

namespace diptych {
namespace {

constexpr std::array<std::string_view, 4> names = {"interp", "ir", "unicorn", "qemu"};

}  // namespace

std::span<const std::string_view> machine_names() { return names; }

Result<std::unique_ptr<Machine>> make_machine(std::string_view name, Guest guest) {
  Result<std::unique_ptr<Machine>> made =
      name == "interp"    ? make_interpreter_machine()
      : name == "ir"      ? make_ir_machine()
      : name == "unicorn" ? make_unicorn_machine()
      : name == "qemu"    ? make_qemu_machine(guest)
                          : fail(ErrorKind::bad_input, fmt::format("there is no machine \"{}\"; there are {}", name,
                                                                   fmt::join(names, ", ")));
  if (made && !(*made)->describe().runs(guest))
    return fail(ErrorKind::bad_input, fmt::format("{} does not run {}", name, name_of(guest)));
  return made;
}

Result<std::vector<std::unique_ptr<Machine>>> make_machines(std::string_view list, Guest guest) {
  std::vector<std::unique_ptr<Machine>> machines;
  while (true) {
    const std::size_t comma = list.find(',');
    Result<std::unique_ptr<Machine>> made = make_machine(list.substr(0, comma), guest);
    if (!made) return std::unexpected(std::move(made).error());
    machines.push_back(std::move(*made));
    if (comma == std::string_view::npos) return machines;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace diptych

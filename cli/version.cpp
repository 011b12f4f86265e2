#include "cli/version.hpp"

#include "oracle/machines.hpp"

#include <fmt/format.h>

namespace diptych::cli {

std::string version_text() {
  std::string text = "diptych " DIPTYCH_VERSION "\n";
  for (const RegisteredMachine& registered : registered_machines()) {
    if (registered.stage) continue;
    const Result<std::unique_ptr<Machine>> machine = registered.make(Guest::riscv64);
    text += machine ? fmt::format("{} {}\n", registered.name, (*machine)->describe().version)
                    : fmt::format("{} is not available: {}\n", registered.name, machine.error().message);
  }
  return text;
}

}  // namespace diptych::cli

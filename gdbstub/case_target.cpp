#include "gdbstub/case_target.hpp"

#include "gdbstub/riscv64/interpreter_target.hpp"

#include <fmt/format.h>

namespace diptych::gdb {

Result<std::unique_ptr<Target>> make_case_target(const Case& some) {
  if (auto checked = check(some.program); !checked) return std::unexpected(std::move(checked).error());
  if (auto checked = check(some.program, some.input); !checked) return std::unexpected(std::move(checked).error());
  if (some.guest() != Guest::riscv64)
    return fail(ErrorKind::unsupported, fmt::format("a {} case cannot be debugged", name_of(some.guest())));
  return riscv64::make_interpreter_target(some);
}

}  // namespace diptych::gdb

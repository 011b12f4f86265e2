// lldb itself, driven from a script.
#pragma once

#include "tests/gdbstub/stock_gdb.hpp"

#include <optional>

namespace diptych::gdb {

/// Its command; empty: it is not installed.
inline std::string lldb_command() {
  for (const char* name : {"lldb-19", "lldb"})
    if (output_of(std::string(name) + " --version 2>&1").starts_with("lldb version")) return name;
  return {};
}

/// What it prints on these commands, up to the first it refuses. `file`: the program's, for its symbols. Nothing where
/// there is no lldb.
inline std::optional<std::string> told_by_lldb(const std::vector<std::string>& commands, const std::string& file = "") {
  const std::string command = lldb_command();
  if (command.empty()) {
    WARN("lldb is not installed, so this test is skipped");
    return std::nullopt;
  }
  std::string line = "timeout 60 " + command + " --no-lldbinit --no-use-colors --batch " + file;
  for (const std::string& one : commands) line += " -o '" + one + "'";
  return output_of(line + " 2>&1 < /dev/null");
}

}  // namespace diptych::gdb

// The debugger itself, driven from a script.
#pragma once

#include "tests/catch.hpp"

#include <cstdio>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::gdb {

inline std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  REQUIRE(pipe);
  std::string output;
  char buffer[4096];
  while (const std::size_t size = fread(buffer, 1, sizeof buffer, pipe.get())) output.append(buffer, size);
  return output;
}

/// What it prints on these commands. `file`: the program's, for its symbols.
inline std::string told_by_gdb(const std::vector<std::string>& commands, const std::string& file = "", int seconds = 60) {
  std::string line = "timeout " + std::to_string(seconds) + " gdb-multiarch -nx -q -batch " + file;
  for (const std::string& command : commands) line += " -ex '" + command + "'";
  return output_of(line + " 2>&1 < /dev/null");
}

/// Each of these in the output, in this order.
inline void require_in_order(const std::string& output, std::initializer_list<std::string_view> lines) {
  INFO(output);
  std::size_t at = 0;
  for (const std::string_view line : lines) {
    INFO("looking for: " << line);
    const std::size_t found = output.find(line, at);
    REQUIRE(found != std::string::npos);
    at = found + line.size();
  }
}

}  // namespace diptych::gdb

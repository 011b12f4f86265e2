// Whole files.
#pragma once

#include "engine/machine/error.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace diptych::faults {

inline Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return fail(ErrorKind::environment, fmt::format("{} cannot be read", path.string()));
  return std::move(text).str();
}

}  // namespace diptych::faults

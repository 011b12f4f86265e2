// What a program prints when it is asked for its version.
#pragma once

#include "engine/machine/error.hpp"

#include <chrono>
#include <string>

namespace diptych::agent {

/// The first line that `path --version` prints on standard output, at most 4096 bytes of it. The program is ended as soon
/// as it has printed that; an error says that it did not begin, or did not print a line in time.
Result<std::string> version_line(const std::string& path, std::chrono::milliseconds patience = std::chrono::seconds(10));

}  // namespace diptych::agent

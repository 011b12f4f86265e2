// What the command and the machines it can use are, by version.
#pragma once

#include <string>

namespace diptych::cli {

/// One line for the command, and one for each reference.
std::string version_text();

}  // namespace diptych::cli

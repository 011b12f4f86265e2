// What verbs that start a Linux program are told of it.
#pragma once

#include "engine/linux/grants.hpp"

#include <string>
#include <vector>

namespace diptych::cli {

/// NAME=VALUE, each of this process's own.
std::vector<std::string> environment_of_host();

/// What --root and --dir grant; without either the current directory.
Result<linux_guest::Grants> grants_of(const std::vector<std::string>& roots, std::vector<std::string> directories);

/// What --memory limits a program to: a number of bytes, or with K, M or G behind it of so many; empty for the default.
Result<u64> memory_limit(const std::string& text);

}  // namespace diptych::cli

// Why a difference between engine and reference is none, in a sentence.
#pragma once

#include "oracle/comparison/explain.hpp"

#include <string>
#include <string_view>

namespace diptych::gdb {

/// Of an explanation that is no finding.
std::string known_reason(const Explanation& why, std::string_view reference, Guest guest);

}  // namespace diptych::gdb

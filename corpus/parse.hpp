// The text of a case, read.
#pragma once

#include "corpus/case.hpp"
#include "engine/machine/error.hpp"

#include <string_view>

namespace diptych {

/// A longer text is refused.
constexpr std::size_t largest_case_text = std::size_t{4} << 20;

/// More inputs that ran before are refused.
constexpr std::size_t most_earlier_inputs = 1024;

/// Reads one case. The result has passed check() and is flat, as flatten() makes it. An error is one
/// line, "NAME:LINE:COLUMN: what is wrong", `name` being how the text is called in it; lines and columns
/// count from 1, columns in characters. Takes time linear in the text (times the logarithm of how many
/// addresses it names), whatever the text is.
Result<Case> parse_case(std::string_view text, std::string_view name);

}  // namespace diptych

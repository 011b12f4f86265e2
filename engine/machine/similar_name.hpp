// The name that was meant where another was typed, for error messages.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace diptych {

/// The most similar of `names`, or empty where none is close: at most one edit (a character more, less or other, or
/// two neighbours swapped) for each three characters typed, one at least. A name that begins with what was typed is close.
std::string_view similar_name(std::string_view typed, std::span<const std::string_view> names);

/// "; did you mean NAME?", or nothing.
std::string did_you_mean(std::string_view typed, std::span<const std::string_view> names);

}  // namespace diptych

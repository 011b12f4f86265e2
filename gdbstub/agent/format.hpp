// printf as a debugger's commands at a breakpoint want it, with arguments that may be of any kind.
#pragma once

#include "engine/machine/integers.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace diptych::gdb::agent {

/// The format's directives are C's, for integers, characters, strings and pointers; a string is fetched by
/// its address. Nothing where a directive is of another kind, or wants an argument too many.
std::optional<std::string> format(std::string_view text, std::span<const u64> arguments,
                                  const std::function<std::string(u64 address)>& string_at);

}  // namespace diptych::gdb::agent

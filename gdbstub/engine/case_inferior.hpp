// A case under the debugger.
#pragma once

#include "corpus/case.hpp"
#include "gdbstub/engine/inferior.hpp"

#include <memory>
#include <string_view>

namespace diptych::gdb {

/// On a tier, by its name, about to execute its first instruction. Its budget ends nothing here. Reaching the end of
/// the code halts it once, so that what it computed can be looked at; going on from there is its exit, with code 0.
/// Errors: what is wrong with the case, that its guest cannot be debugged, that there is
/// no such tier.
Result<std::unique_ptr<Inferior>> make_case_inferior(const Case& some, std::string_view tier);

}  // namespace diptych::gdb

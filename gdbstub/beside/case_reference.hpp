// A case on any machine that can count instructions, beside the engine.
#pragma once

#include "corpus/case.hpp"
#include "gdbstub/beside/reference.hpp"

#include <memory>
#include <string_view>

namespace diptych::gdb {

/// The machine by its name. It runs the case from the beginning, or from the last change by hand, each time it is looked at. Errors: there is no
/// such machine, it cannot run the case, or it cannot stop after a number of instructions.
Result<std::unique_ptr<Reference>> make_case_reference(const Case& some, std::string_view machine, const ReferenceOptions& options = {});

}  // namespace diptych::gdb

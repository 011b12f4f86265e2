// Descriptions of the guest that the debugger fetches as whole texts.
#pragma once

#include "gdbstub/session.hpp"

#include <string>

namespace diptych::gdb {

/// The threads and their names.
std::string describe_threads_in_xml(const Session& session);

/// Where memory is.
std::string describe_memory_in_xml(const Target& target);

/// What `info os` shows: the kinds of things there are, or, if `annex` names one, those things.
std::optional<std::string> describe_system_in_xml(const Target& target, std::string_view annex);

}  // namespace diptych::gdb

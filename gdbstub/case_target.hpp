// A case under the debugger.
#pragma once

#include "corpus/case.hpp"
#include "engine/machine/error.hpp"
#include "gdbstub/target.hpp"

#include <memory>
#include <string_view>

namespace diptych::gdb {

/// The case on one of the engine's tiers, about to execute its first instruction. Its budget ends nothing
/// here. Reaching the end of the code halts it once, so that what it computed can be looked at; going on
/// from there is its exit, with code 0. What stops a machine is a signal: an access that faults SIGSEGV,
/// an illegal instruction SIGILL, a misaligned access SIGBUS, ebreak SIGTRAP, ecall SIGSYS.
/// An error of kind `bad_input` says what is wrong with the case, one of kind `unsupported` that its
/// guest cannot be debugged, or that there is no such tier.
Result<std::unique_ptr<Target>> make_case_target(const Case& some, std::string_view tier = "baseline");

}  // namespace diptych::gdb

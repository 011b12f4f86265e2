// A run, cut into programs of one instruction each: how a difference at the end of a block is traced to
// the instruction it began with, on machines that can neither step nor count.
#pragma once

#include "corpus/case.hpp"
#include "engine/machine/outcome.hpp"

#include <optional>

namespace diptych {

/// The case that holds just the instruction at the PC of `state`, with memory as given: `memory` are
/// views of the writable areas of `whole`, from an outcome. The budget allows one instruction more, so
/// that a jump out of the one-instruction program is a fetch fault everywhere. Nothing, if no whole
/// instruction of the program lies there, or it could only run for ever (it jumps to itself).
std::optional<Case> one_instruction_case(const Program& whole, const GuestState& state,
                                         std::span<const MemoryView> memory);

}  // namespace diptych

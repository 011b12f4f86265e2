// What lies on the stack while a handler runs, as RISC-V Linux lays it out: siginfo_t, then ucontext_t.
#pragma once

#include "engine/linux/guest_memory.hpp"
#include "engine/linux/signals.hpp"
#include "engine/machine/state.hpp"

#include <optional>

namespace diptych::linux_guest {

/// Pushes a frame and goes to the handler. `blocked` is what the frame's return restores. False: there is
/// no stack to write it to, and nothing was changed.
bool enter_handler(GuestMemory& memory, GuestState& state, const SignalStack& stack, const Signal& signal,
                   const SignalAction& action, u64 blocked, u64 return_address);

/// What rt_sigreturn finds besides the registers, which are then those of the frame.
struct FrameLeft {
  u64 blocked = 0;
  SignalStack stack;
};

/// Nothing where the stack pointer leads to no frame.
std::optional<FrameLeft> leave_handler(GuestMemory& memory, GuestState& state);

/// Whether the stack pointer is on the signal stack.
bool on_signal_stack(const SignalStack& stack, u64 pointer);

}  // namespace diptych::linux_guest

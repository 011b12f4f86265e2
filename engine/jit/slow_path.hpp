// What translated code leaves to C++: accesses that its own instruction cannot make, and operations the
// host has no equal for.
#pragma once

#include "engine/jit/frame.hpp"
#include "engine/jit/site.hpp"

namespace diptych::jit {

/// Does what the site asks for, on the registers that were put down in the frame. False: the guest
/// instruction stops, as `frame.hart.stop` says, or with `frame.step` it is to be evaluated by itself,
/// because it would change code.
bool do_slowly(Frame& frame, const Records& records, const Site& site);

/// The guest's state before the guest instruction of a site, from what was put down.
void restore_state(Frame& frame, const Records& records, const Site& site);

/// What Frame::guest_flags is to hold.
std::array<u8, Frame::host_flags> flags_of_host();

/// Adds the floating-point flags that the host holds to the state's, and clears the host's.
void collect_flags(Frame& frame);

}  // namespace diptych::jit

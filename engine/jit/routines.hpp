// The pieces of host code that all translations share: the way in, the ways out, and the call into C++.
#pragma once

#include "engine/jit/assembler.hpp"
#include "engine/jit/frame.hpp"

namespace diptych::jit {

/// Distances of a frame's members from where `host::state` points: the same for every frame.
class FrameLayout {
 public:
  FrameLayout();

  i32 word(std::size_t index) const { return i32(index * 8) - host::state_bias; }
  i32 slot(std::size_t index) const { return slots + i32(index * 8); }

  i32 left, total, window, window_size, pages, exit, link, site, raised, control, guest_flags, slow, general, vector, slots, jump_cache;
  i32 frame;  ///< of the frame itself
};

struct Routines {
  u32 enter = 0;        ///< called from C++: (Frame*, const u8* code); returns when code leaves
  // Those that take the number of a site or a link take it in the scratch register.
  u32 leave_link = 0;   ///< jumped to, each for one reason to leave
  u32 leave_lookup = 0;
  u32 leave_budget = 0;
  u32 leave_site = 0;    ///< puts registers down in the frame before it leaves
  u32 slow = 0;          ///< called: registers are put down, Frame::slow asked, and taken up again
  u32 slow_vectors = 0;  ///< the same where vector registers hold values

  // Called with an address in the scratch register, which they change; afterwards the host's zero flag says that an
  // access of up to eight bytes there is one the host may make: nothing of the table of pages is in its way.
  u32 look_to_read = 0;
  u32 look_to_write = 0;

  /// Emits them.
  static Routines emit(Assembler& assembler, const FrameLayout& layout);
};

}  // namespace diptych::jit

// Which host code of a translation is for what. Nobody needs it to run; it is noted where it is asked for.
#pragma once

#include "engine/machine/integers.hpp"

namespace diptych::jit {

/// It ends where the next one begins, or with the translation. One may be empty.
struct Part {
  enum class Kind : u8 {
    entry,      ///< counts the block's instructions
    guest,      ///< a guest instruction, on the way that is taken most of the time
    budget,     ///< the block has more instructions than are left
    slow,       ///< C++ does it, and the block goes on
    trap,       ///< a stop
    side,       ///< the block is left before its end
    link,       ///< where a jump goes while it is not linked
    lookup,     ///< the jump cache does not know the target
    changed,    ///< the target is known, and to be translated for another variant
    canonical,  ///< a NaN becomes the one that counts
  } kind = Kind::entry;
  u32 position = 0;
  u32 guest = 0;   ///< number of the guest instruction within the block that it belongs to
  u32 number = 0;  ///< of the site or the link, where it has one

  bool operator==(const Part&) const = default;
};

}  // namespace diptych::jit

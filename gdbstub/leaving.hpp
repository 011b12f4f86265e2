// What becomes of the guest when its debugger leaves it.
#pragma once

#include "engine/machine/integers.hpp"

namespace diptych::gdb {

/// Or vanishes.
enum class Leaving : u8 {
  stay,   ///< it halts where it is, for the next debugger
  end,    ///< it is over, and the server with it
  go_on,  ///< it runs on by itself; the next debugger halts it
};

}  // namespace diptych::gdb

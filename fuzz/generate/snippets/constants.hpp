// Constants in registers, as compilers make them.
#pragma once

#include "fuzz/generate/compose.hpp"

namespace diptych::fuzz {

/// lui, addi, addiw and slli, as many as it takes.
void append_constant(Composer& composer, unsigned into, u64 value);

/// At or beside the end of what an immediate of 8, 12, 16, 20, 32 or 64 bits holds, either sign.
u64 edge_constant(Random& random);

}  // namespace diptych::fuzz

// The agents themselves, as the build made them: nothing depends on a path at run time.
#pragma once

#include "engine/machine/integers.hpp"

#include <span>

namespace diptych::agent {

std::span<const u8> riscv64_agent_image();

}  // namespace diptych::agent

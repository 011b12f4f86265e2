// The machine `interp`: tier 0 behind the common interface.
#pragma once

#include "engine/machine/machine.hpp"

#include <memory>

namespace diptych {

std::unique_ptr<Machine> make_interpreter_machine();

}  // namespace diptych

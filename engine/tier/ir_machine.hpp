// The machine `ir`: blocks lifted to IR, and the IR evaluated as lifted, behind the common interface.
#pragma once

#include "engine/machine/machine.hpp"

#include <memory>

namespace diptych {

std::unique_ptr<Machine> make_ir_machine();

}  // namespace diptych

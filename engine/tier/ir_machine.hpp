// The machines `ir` and `ir:PASS`: blocks lifted to IR, and the IR evaluated as lifted, or as it is after
// the passes up to and with that one; behind the common interface.
#pragma once

#include "engine/machine/machine.hpp"

#include <memory>
#include <string_view>

namespace diptych {

/// The machine `ir`, or with the name of a pass of ir::passes() the machine `ir:PASS`.
std::unique_ptr<Machine> make_ir_machine(std::string_view pass = {});

}  // namespace diptych

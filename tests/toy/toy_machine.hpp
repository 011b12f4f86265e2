// A small RV64I interpreter that shares no code with the engine's: a machine as a user might bring one.
#pragma once

#include "engine/machine/machine.hpp"

#include <memory>

namespace diptych {

/// With `wrong`, four instructions are: sltiu compares as signed numbers, sraw shifts all 64 bits of its source, lhu
/// extends the sign, and bgeu does not branch where both sides are equal.
std::unique_ptr<Machine> make_toy_machine(std::string name, bool wrong);

}  // namespace diptych

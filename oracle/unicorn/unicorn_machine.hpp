// Unicorn as a reference.
#pragma once

#include "engine/machine/machine.hpp"

#include <memory>

namespace diptych {

/// A machine that runs guests on Unicorn. Fast runs cost a microsecond or less beyond the guest's own
/// work; they report an ordinary end and leave the rest, faults included, to a precise run of the same
/// input, which they make themselves. Three things only a precise run sees: that the budget was used
/// up before the end was reached, loads from what follows the code in its last page, and the count of
/// retired instructions. A fast run that does not end is stopped after about a second.
Result<std::unique_ptr<Machine>> make_unicorn_machine();

}  // namespace diptych

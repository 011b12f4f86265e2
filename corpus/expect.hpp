// What a case says must come of it, held against what came.
#pragma once

#include "corpus/case.hpp"
#include "engine/machine/outcome.hpp"

#include <string>
#include <vector>

namespace diptych {

/// One line for each expectation that does not hold: "a2 is 0x1 where 0x2 is expected". Empty if all do,
/// or there are none. A retired count the machine did not give is no failure. Memory that is not writable
/// is known from the case itself.
std::vector<std::string> unmet(const Case& some, const Outcome& outcome);

}  // namespace diptych

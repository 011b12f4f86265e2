// A case for each row of the table, to begin from.
#pragma once

#include "corpus/case.hpp"

#include <vector>

namespace diptych::fuzz {

/// In the order of the table: code that executes the row and, wherever it can, shows that it did by a
/// register or memory changed, the way taken, or the stop. The same each time.
std::vector<Case> seed_cases();

}  // namespace diptych::fuzz

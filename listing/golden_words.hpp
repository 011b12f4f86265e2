// Encodings of a row that stand for all of them.
#pragma once

#include "engine/guest/riscv64/table.hpp"

#include <vector>

namespace diptych::listing {

/// First one with operands that all differ, then those in which operands coincide, are x0 or zero, or ask
/// for a rounding mode: in all these the code may be another.
std::vector<u32> golden_words(const riscv64::Row& row);

}  // namespace diptych::listing

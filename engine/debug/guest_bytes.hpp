// Guest memory as somebody beside the guest reads and changes it: whatever rights the guest has.
#pragma once

#include "engine/tier/tier.hpp"

#include <span>

namespace diptych {

/// How many bytes, from the first on, lie in the tier's memory: those are read.
std::size_t read_guest(Tier& tier, u64 address, std::span<u8> bytes);

/// All bytes, or none and false where one of them is not there. What was made from code there is forgotten.
bool write_guest(Tier& tier, u64 address, std::span<const u8> bytes);

}  // namespace diptych

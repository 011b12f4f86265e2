// What an earlier session left in the directory of findings.
#pragma once

#include "engine/machine/error.hpp"

#include <filesystem>

namespace diptych::fuzz {

/// Moves what an earlier session found and summed up to `out`/former/NUMBER, so that nothing of it is taken for this
/// one's. Raw cases that it did not live to look into stay.
Result<void> set_aside_former_run(const std::filesystem::path& out);

}  // namespace diptych::fuzz

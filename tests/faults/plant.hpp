// Puts faults into source.
#pragma once

#include "tests/faults/fault.hpp"

namespace diptych::faults {

/// The text of a file with every fault's edits of it made, each switched by planting::planted. An error where a
/// fault's text does not stand there exactly once, or two of them overlap.
Result<std::string> with_faults(std::string_view source, const std::string& file, const std::vector<Fault>& faults);

/// Whether every fault can be planted in the source below `root`.
Result<void> check(const std::vector<Fault>& faults, const std::filesystem::path& root);

/// Makes `tree` a copy of the source below `root` with all faults in it. A file whose text stays what it was is not
/// written, so that little is built again.
Result<void> plant(const std::vector<Fault>& faults, const std::filesystem::path& root, const std::filesystem::path& tree);

}  // namespace diptych::faults

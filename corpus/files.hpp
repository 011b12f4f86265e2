// Cases on disk.
#pragma once

#include "corpus/case.hpp"
#include "corpus/print.hpp"
#include "engine/machine/error.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace diptych {

/// Reads a case. Anything but a regular file no larger than largest_case_text is refused unread, a
/// device or a pipe without waiting for it.
Result<Case> read_case(const std::filesystem::path& path);

/// Writes a case such that at any moment, a power cut included, the file holds either what it held
/// before or the whole new text. A text that read_case would refuse for its size is not written.
Result<void> write_case(const std::filesystem::path& path, const Case& some, const Disassemble& disassemble = {});

/// The same for any text of any size.
Result<void> write_atomically(const std::filesystem::path& path, std::string_view text);

/// Every file named *.case in a directory and those below it, sorted. Directories are not entered
/// through symbolic links, so a loop of them ends. A directory that cannot be read is an error.
Result<std::vector<std::filesystem::path>> list_cases(const std::filesystem::path& directory);

}  // namespace diptych

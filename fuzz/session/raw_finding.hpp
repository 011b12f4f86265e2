// A finding as the worker leaves it: on disk at once, before anything else happens to it.
#pragma once

#include "corpus/print.hpp"
#include "engine/machine/error.hpp"
#include "oracle/comparison/panel.hpp"

#include <filesystem>
#include <string>

namespace diptych::fuzz {

/// A name made of the signature and machines that no file system minds: "interp-lw-register-qemu".
std::string file_stem(const Finding& finding);

/// Writes the finding below `out`/raw, atomically, and gives the path. The case says in `why`
/// which machines parted.
Result<std::filesystem::path> write_raw(const std::filesystem::path& out, const Finding& finding, u64 number);

/// Disassembly for printing cases, from the guest's own table.
Disassemble disassembler(Guest guest);

}  // namespace diptych::fuzz

// An ELF core file: what a debugger needs to look at a process that is no longer there.
#pragma once

#include "engine/machine/error.hpp"
#include "gdbstub/target.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace diptych::gdb {

/// As <elf.h> numbers them.
struct CoreNote {
  std::string owner = "CORE";
  u32 type = 0;
  std::vector<u8> bytes;
};

struct Core {
  u16 machine = 0;
  u32 flags = 0;
  std::vector<CoreNote> notes;
  std::vector<MappingInfo> mappings;
  /// Reads as far as there is memory, and says how many bytes that was.
  std::function<std::size_t(u64 address, std::span<u8> bytes)> read;
};

/// Name and command line, as ps shows them.
CoreNote process_note(const ProcessInfo& process);

/// Which files are mapped where.
CoreNote mapped_files_note(std::span<const MappingInfo> mappings);

/// Pages of zeros take no room in the file. Mappings that the guest itself cannot touch are listed without their bytes.
/// An error is the host's: it has no room, for one.
Result<void> write_core(int file, const Core& core);

}  // namespace diptych::gdb

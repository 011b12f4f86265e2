// Puts a program file into memory.
#pragma once

#include "engine/linux/elf.hpp"
#include "engine/linux/host_file.hpp"
#include "engine/linux/memory_map.hpp"

#include <span>
#include <string>
#include <vector>

namespace diptych::linux_guest {

/// Opens a program's file, which must be a regular one, not larger than a program can be.
Result<HostFile> open_program(const std::string& path);

/// The whole of it.
Result<std::vector<u8>> read_program(const HostFile& file);
Result<std::vector<u8>> read_program(const std::string& path);

/// Where a loaded program's parts lie in guest memory.
struct Loaded {
  u64 base = 0;  ///< what a static PIE's addresses are relative to
  u64 entry = 0;
  u64 headers = 0;
  u64 header_count = 0;
};

/// The number under which mappings have the program's file.
constexpr u32 program_file = 1;

/// Maps the segments, and begins the heap behind them.
Result<Loaded> load(const Elf& elf, std::span<const u8> file, MemoryMap& memory);

}  // namespace diptych::linux_guest

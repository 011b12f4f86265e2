// The code of a guest program, as its translator will meet it: cut into blocks by a linear sweep.
#pragma once

#include "engine/machine/error.hpp"
#include "engine/machine/integers.hpp"

#include <filesystem>
#include <span>
#include <vector>

namespace diptych::bench {

struct GuestCode {
  u64 address = 0;
  std::vector<u8> bytes;
};

/// The section .text of a 64-bit little-endian ELF file for RISC-V.
Result<GuestCode> read_code(const std::filesystem::path& file);

/// Instructions that are translated together.
struct Stretch {
  u64 pc = 0;
  const u8* bytes = nullptr;
  std::size_t count = 0;
};

/// One after the other from begin to end: each goes on until an instruction ends its block. What is left
/// at the end and no whole instruction is dropped. They point into `code`.
std::vector<Stretch> sweep(const GuestCode& code);

}  // namespace diptych::bench

// What a static RISC-V program file asks of memory: parsed and checked, nothing mapped.
#pragma once

#include "engine/machine/error.hpp"
#include "engine/machine/integers.hpp"
#include "engine/machine/stop.hpp"

#include <span>
#include <vector>

namespace diptych::linux_guest {

/// One PT_LOAD: `file_size` bytes of the file at `offset`, then zeros up to `size`.
struct Segment {
  u64 address = 0;
  u64 size = 0;
  u64 offset = 0;
  u64 file_size = 0;
  Access access = Access::none;

  u64 end() const { return address + size; }
};

struct Elf {
  bool relocatable = false;  ///< static PIE: all addresses are relative to where it is put
  u64 entry = 0;
  u64 headers_address = 0;  ///< of the program headers in memory; 0 where no segment holds them
  u64 header_count = 0;
  bool executable_stack = false;
  std::vector<Segment> segments;  ///< ascending and apart

  u64 lowest() const { return segments.front().address; }
  u64 highest() const { return segments.back().end(); }
};

/// The size of one program header, as the auxiliary vector tells it.
constexpr u64 program_header_size = 56;

/// Reads the headers of a whole file. Whatever the bytes are, the answer is a program whose segments lie
/// within the file and within `limit` bytes of address space, or a sentence that says what is wrong.
Result<Elf> parse_elf(std::span<const u8> file, u64 limit);

}  // namespace diptych::linux_guest

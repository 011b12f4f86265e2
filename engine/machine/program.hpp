// What a machine is asked to run: a program, prepared once, and the inputs it is run on.
#pragma once

#include "engine/machine/error.hpp"
#include "engine/machine/guest.hpp"
#include "engine/machine/state.hpp"
#include "engine/machine/stop.hpp"

#include <string>
#include <vector>

namespace diptych {

constexpr u64 page_size = 4096;

/// Guest memory beside the code. Whole pages, so that every machine can map it.
struct Region {
  u64 address = 0;
  u64 size = 0;
  Access access = Access::read | Access::write;

  bool operator==(const Region&) const = default;
};

/// Bytes to be found at an address before the first instruction.
struct Bytes {
  u64 address = 0;
  std::vector<u8> bytes;

  bool operator==(const Bytes&) const = default;
};

/// Code, and the memory it may reach. All of it is zero where nothing is said.
/// The code is exactly the bytes given: what follows it in its last page, the terminator a machine
/// plants there included, is not the guest's to read, write or execute. Reaching its end is a stop.
struct Program {
  Guest guest = Guest::riscv64;
  u64 code_address = 0;
  std::vector<u8> code;
  Access code_access = Access::read | Access::execute;
  std::vector<Region> memory;   ///< ascending, not overlapping one another or the pages of the code
  std::vector<Bytes> contents;  ///< within `memory`, common to all inputs

  u64 code_end() const { return code_address + code.size(); }
  bool operator==(const Program&) const = default;
};

/// Where one run starts: every register, PC included, and bytes laid over the program's contents.
struct Input {
  GuestState state;
  std::vector<Bytes> memory;

  bool operator==(const Input&) const = default;
};

/// How many instructions may retire. Exact on every machine that counts.
struct Budget {
  u64 instructions = 0;

  bool operator==(const Budget&) const = default;
};

/// Says what is wrong with a program no machine could be asked to run: no code, regions that overlap,
/// wrap or are no whole pages, contents outside memory.
Result<void> check(const Program& program);

/// The same for an input of that program: memory outside its regions, a PC that is not even.
Result<void> check(const Program& program, const Input& input);

}  // namespace diptych

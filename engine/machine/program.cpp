#include "engine/machine/program.hpp"

#include <fmt/format.h>

namespace diptych {
namespace {

// One of the guest's largest programs is far below these; what is above them is a mistake or an attack.
constexpr u64 largest_code = u64{1} << 20;
constexpr u64 largest_memory = u64{1} << 26;

Result<void> bad(std::string message) { return fail(ErrorKind::bad_input, std::move(message)); }

u64 page_floor(u64 address) { return address & ~(page_size - 1); }

Result<void> check_within(const Program& program, const Bytes& bytes) {
  for (const Region& region : program.memory)
    if (bytes.address >= region.address && bytes.bytes.size() <= region.size &&
        bytes.address - region.address <= region.size - bytes.bytes.size())
      return {};
  return bad(fmt::format("the {} bytes given at {:#x} are not inside one memory region", bytes.bytes.size(),
                         bytes.address));
}

}  // namespace

Result<void> check(const Program& program) {
  if (program.code.empty()) return bad("there is no code");
  if (program.code.size() > largest_code) return bad(fmt::format("the code is longer than {} bytes", largest_code));
  if (program.code_address % 2 != 0) return bad(fmt::format("the code's address {:#x} is odd", program.code_address));
  if (!allows(program.code_access, Access::execute)) return bad("the code is not executable");
  // The last page stays free of code and memory, so that no end of either ever wraps to zero.
  const u64 top = page_floor(~u64{0});
  if (program.code_address >= top || program.code.size() > top - program.code_address)
    return bad(fmt::format("the code at {:#x} reaches the last page of the address space", program.code_address));
  const u64 code_first = page_floor(program.code_address);
  const u64 code_last = page_floor(program.code_end() - 1) + (page_size - 1);
  u64 total = 0;
  const Region* before = nullptr;
  for (const Region& region : program.memory) {
    if (region.size == 0 || region.size % page_size != 0 || region.address % page_size != 0)
      return bad(fmt::format("memory {:#x} size {:#x} is no whole number of {}-byte pages", region.address, region.size,
                             page_size));
    if (region.address >= top || region.size > top - region.address)
      return bad(fmt::format("memory {:#x} size {:#x} reaches the last page of the address space", region.address,
                             region.size));
    if (region.access == Access::none) return bad(fmt::format("memory {:#x} permits no access", region.address));
    if (before && before->address + before->size > region.address)
      return bad(fmt::format("memory {:#x} overlaps or precedes memory {:#x}", region.address, before->address));
    if (region.address <= code_last && region.address + (region.size - 1) >= code_first)
      return bad(fmt::format("memory {:#x} overlaps the pages of the code", region.address));
    total += region.size;
    if (total > largest_memory) return bad(fmt::format("there are more than {} bytes of memory", largest_memory));
    before = &region;
  }
  for (const Bytes& bytes : program.contents)
    if (auto within = check_within(program, bytes); !within) return within;
  return {};
}

Result<void> check(const Program& program, const Input& input) {
  const u64 pc = input.state.words[program_counter_word(program.guest)];
  if (pc % 2 != 0) return bad(fmt::format("the PC {:#x} is odd", pc));
  for (const Bytes& bytes : input.memory)
    if (auto within = check_within(program, bytes); !within) return within;
  return {};
}

}  // namespace diptych

// Where a process keeps its things. The user half of Sv39, as RISC-V Linux has it, without randomness:
// the same program sees the same addresses each time.
#pragma once

#include "engine/machine/program.hpp"

namespace diptych::linux_guest {

constexpr u64 address_limit = u64{1} << 38;        ///< no guest address reaches this
constexpr u64 lowest_mapping = 0x10000;            ///< below, so that null pointers fault, nothing is mapped
constexpr u64 relocatable_base = 0x2a'aaaa'a000;   ///< of static PIE
constexpr u64 stack_top = address_limit - 0x10000;
constexpr u64 stack_size = u64{8} << 20;           ///< RLIMIT_STACK as it usually is; an overflow faults
constexpr u64 trampoline_page = stack_top - stack_size - (u64{1} << 20);  ///< where handlers return to
constexpr u64 mappings_top = trampoline_page;      ///< mmap places below, downwards
constexpr u64 largest_heap = u64{1} << 36;         ///< how far brk may go

constexpr u64 page_floor(u64 address) { return address & ~(page_size - 1); }
constexpr u64 page_ceiling(u64 address) { return page_floor(address + page_size - 1); }

}  // namespace diptych::linux_guest

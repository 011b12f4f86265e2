// Registers of RV64GC as Linux lays them out in a core file.
#pragma once

#include "engine/machine/state.hpp"
#include "gdbstub/core/core_file.hpp"

namespace diptych::gdb::riscv64 {

constexpr u16 core_machine = 243;  ///< EM_RISCV
constexpr u32 core_flags = 5;      ///< compressed instructions, doubles in float registers

/// elf_prstatus. `signal` is Linux's number of the one it halted for; 0: for none.
CoreNote status_note(const GuestState& state, u64 process, int signal);

/// The float registers and fcsr.
CoreNote float_note(const GuestState& state);

}  // namespace diptych::gdb::riscv64

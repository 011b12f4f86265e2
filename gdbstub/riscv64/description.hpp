// RV64GC's registers as gdb numbers and types them.
#pragma once

#include "gdbstub/description.hpp"

namespace diptych::gdb::riscv64 {

// Numbers of the protocol: x0 to x31, the PC, f0 to f31, then the control and status registers.
constexpr std::size_t x_number = 0;
constexpr std::size_t pc_number = 32;
constexpr std::size_t f_number = 33;
constexpr std::size_t fflags_number = 65;
constexpr std::size_t frm_number = 66;
constexpr std::size_t fcsr_number = 67;
constexpr std::size_t cycle_number = 68;
constexpr std::size_t time_number = 69;
constexpr std::size_t instret_number = 70;

/// `os_abi` is gdb's name of the system whose program it is.
Description describe(std::string_view os_abi);

}  // namespace diptych::gdb::riscv64

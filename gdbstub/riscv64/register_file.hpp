// The registers of RV64GC by the numbers gdb gives them.
#pragma once

#include "engine/machine/state.hpp"
#include "gdbstub/description.hpp"

namespace diptych::gdb::riscv64 {

/// `count` is what the guest's only clock says: instructions retired.
u64 register_value(const GuestState& state, u64 count, std::size_t number);

/// Read-only registers stay as they are, and so do bits that a register does not have.
void set_register(GuestState& state, std::size_t number, u64 value);

}  // namespace diptych::gdb::riscv64

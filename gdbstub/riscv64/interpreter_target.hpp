// A RISC-V case on tier 0, under the debugger.
#pragma once

#include "corpus/case.hpp"
#include "gdbstub/target.hpp"

#include <memory>

namespace diptych::gdb::riscv64 {

/// The case has passed check() and is one of RISC-V.
std::unique_ptr<Target> make_interpreter_target(const Case& some);

}  // namespace diptych::gdb::riscv64

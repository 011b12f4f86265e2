// The host's registers, and what each is for while translated code runs.
//
//   rbp            the guest's state, 128 bytes in, so that sixteen words on either side have short addresses
//   r15            where guest address 0 lies
//   r14            the size of the window: one comparison tells an address that may be used as it is
//   r13            how many instructions may still retire
//   rax, xmm15     scratch: nothing is kept there from one emitted operation to the next
//   the other ten, xmm0 to xmm14: values, as the allocator gives them out
#pragma once

#include "engine/machine/error.hpp"
#include "engine/machine/integers.hpp"

#include <asmjit/x86.h>

#include <array>

namespace diptych::jit {

namespace host {

namespace x86 = asmjit::x86;

inline constexpr x86::Gp state = x86::rbp;
inline constexpr x86::Gp window = x86::r15;
inline constexpr x86::Gp window_size = x86::r14;
inline constexpr x86::Gp left = x86::r13;
inline constexpr x86::Gp scratch = x86::rax;
inline constexpr x86::Xmm vector_scratch = x86::xmm15;

/// Bits numbered as the host numbers its registers: rcx, rdx, rbx, rsi, rdi, r8 to r12.
inline constexpr u32 general_registers = 0b0001'1111'1100'1110;
inline constexpr u32 vector_registers = 0x7fff;

/// Where `state` points, in bytes behind the first word of the guest's state.
inline constexpr i32 state_bias = 128;

}  // namespace host

/// Translated code is made for hosts of the level x86-64-v3. Says what this one lacks.
Result<void> check_host();

}  // namespace diptych::jit

// What translated code works on beside its registers: the hart, and the words it shares with whoever runs it.
#pragma once

#include "engine/guest/hart.hpp"
#include "engine/machine/integers.hpp"

#include <array>

namespace diptych::jit {

/// Why translated code came back.
enum class Exit : u32 {
  link,    ///< at a jump to a known address that is not linked yet: `link` says which
  lookup,  ///< at a jump to the PC in the state, whose translation is not in the jump cache
  budget,  ///< at the begin of the translation `link`, whose instructions are more than are left
  site,    ///< within a guest instruction, without effect of it: `site` says where
};

/// Where an indirect jump to a PC goes. No PC of a guest is odd.
struct JumpCacheEntry {
  u64 pc = 1;
  const u8* code = nullptr;
};

struct Frame {
  static constexpr std::size_t slot_count = 512;
  static constexpr std::size_t host_flags = 64;
  static constexpr std::size_t jump_cache_size = 1024;

  Hart hart;
  u64 left = 0;   ///< instructions that may still retire; in a register while code runs
  u64 total = 0;  ///< the retired count at which nothing is left
  u8* window = nullptr;
  u64 window_size = 0;
  const u8* pages = nullptr;  ///< the window's table of pages
  Exit exit = Exit::link;
  u32 link = 0;
  u32 site = 0;
  bool step = false;  ///< of an exit at a site: the instruction is to be evaluated, not to stop
  u32 status_word = 0;  ///< of the state: the word that holds floating-point flags
  u8 raised = 0;        ///< floating-point flags raised in software and not yet in the state
  u32 control = 0;  ///< the host's floating-point control and status, on its way from one mode to another
  bool (*slow)(Frame&) = nullptr;  ///< what the site asks for, done in C++; false: leave
  void* owner = nullptr;
  std::array<u8, host_flags> guest_flags{};  ///< by what the host has raised, what that is to the guest
  std::array<u64, 16> general{};  ///< registers, while C++ looks at them
  std::array<u64, 16> vector{};
  std::array<u64, slot_count> slots{};  ///< values that found no register
  std::array<JumpCacheEntry, jump_cache_size> jump_cache{};

  static constexpr std::size_t jump_cache_index(u64 pc) { return (pc >> 1) % jump_cache_size; }
};

}  // namespace diptych::jit

// What the host side must know of the guest an agent runs in: how a frame is laid out, what is planted
// around the code, and what a signal means. One value of this a guest; the rest of the host side is common.
#pragma once

#include "engine/machine/guest.hpp"
#include "engine/machine/state.hpp"
#include "engine/machine/stop.hpp"
#include "engine/memory/areas.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace diptych::agent {

/// What was planted in the code in place of something else.
struct Planted {
  struct Replacement {
    u64 offset;  ///< from the code's address
    u16 was;
    u16 is;
  };
  std::vector<Replacement> replaced;  ///< ascending
  std::vector<u64> system_calls;      ///< guest addresses of system calls, ascending
};

/// How a run ended, as the guest's signal frame tells it.
struct Ending {
  u64 signal;
  u64 signal_address;  ///< si_addr: exact only where the emulator knows it
};

/// What a signal is explained by.
struct Scene {
  u64 code_address;
  std::span<const u8> code;         ///< as it is at the end of the run
  std::span<const AreaPlan> areas;  ///< the code's first
  const Planted* planted;
};

struct AgentGuest {
  Guest guest;
  ExtensionSet extensions;
  std::string emulator;                            ///< looked for in PATH
  std::vector<std::vector<std::string>> dialects;  ///< arguments for it, by version: the first it accepts is used
  std::span<const u8> (*image)();                  ///< the agent's ELF file

  void (*write_frame)(const GuestState& state, u64 stack, u64 stack_size, u8* frame);
  /// From the registers in the layout of a signal's frame.
  void (*read_state)(const u8* registers, GuestState& state);

  /// How far from the code a page may lie that jumps to it.
  u64 jump_reach;
  /// That page: instructions for this address that load a state and jump to the target.
  void (*write_entry)(u64 address, u64 target, std::span<u8> page);

  /// Fills what surrounds the code in its pages with traps, and replaces by traps what must not be
  /// executed. `pages` begins at the first page of the code.
  void (*plant)(const AreaPlan& code, std::span<u8> pages, Planted& planted);
  Stop (*explain)(const Ending& ending, const GuestState& state, const Scene& scene);
  /// Whether the code holds a system call of its own making, which the agent could not keep from being made.
  bool (*made_system_call)(const Scene& scene);
};

const AgentGuest& riscv64_guest();

/// The guest's agent, if there is one.
const AgentGuest* agent_guest(Guest guest);

}  // namespace diptych::agent

// What the run loop must know about one guest, as data and a few small functions. Another guest is
// another value of this type in a file of its own; the loop does not change.
#pragma once

#include "engine/machine/guest.hpp"
#include "engine/machine/state.hpp"
#include "engine/machine/stop.hpp"

#include <unicorn/unicorn.h>

#include <optional>
#include <span>

namespace diptych::unicorn {

/// One register: Unicorn's number for it, and its word in GuestState.
struct RegisterId {
  int id;
  u16 word;
};

struct GuestTraits {
  Guest guest;
  uc_arch architecture;
  uc_mode mode;
  ExtensionSet extensions;

  std::span<const RegisterId> registers;  ///< all but the program counter
  int program_counter;

  /// The shortest instruction that ends a run without a hook, and the error Unicorn then returns with
  /// the program counter still at that instruction. An instruction of the guest's own that ends a run
  /// the same way stops with `terminator_stop`.
  std::span<const u8> terminator;
  uc_err terminator_error;
  StopKind terminator_stop;

  /// Fills what else lies in the pages of the code. Whatever follows them, these bytes are no instruction,
  /// and the guest is unlikely to store just them. Their number divides a page.
  std::span<const u8> filler;

  /// An address no instruction ever starts at: Unicorn insists on being told one to stop at.
  u64 never_reached;

  /// Leaves a fresh instance at user level, with everything user code may use switched on. `stub` is
  /// the host side of an executable page at `stub_address`.
  bool (*enter_user_level)(uc_engine*, u64 stub_address, std::span<u8> stub);

  /// Why the guest stopped when Unicorn reports an interrupt of this number.
  std::optional<StopKind> (*stop_of_interrupt)(u32 number);

  /// How many bytes the instruction has that begins with these; may be more than are given.
  std::size_t (*instruction_size)(std::span<const u8> bytes);

  /// What an instruction that was seen to touch memory is said to have tried, when it may not.
  Access (*access_tried)(std::span<const u8> instruction, Access seen);

  /// Whether this instruction, which touches memory, stops when its address is misaligned.
  bool (*insists_on_alignment)(std::span<const u8> instruction);

  /// The address used by an instruction that stopped because it was misaligned.
  u64 (*address_used)(std::span<const u8> instruction, const GuestState& state);

  /// Whether the code's last bytes, if an instruction began at them and ran on into the terminator,
  /// could carry control away unnoticed. Any other such instruction falls through, and is noticed.
  bool (*tail_may_branch)(std::span<const u8> code);
};

extern const GuestTraits riscv64_traits;

/// nullptr for a guest that Unicorn is not asked to run.
const GuestTraits* traits_of(Guest guest);

}  // namespace diptych::unicorn

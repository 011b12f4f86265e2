// The instruction sets a machine can execute, and the registers each one shows.
#pragma once

#include "engine/machine/integers.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace diptych {

enum class Guest : u8 { riscv64, aarch64, x86_64 };

/// The name used on the command line and in case files.
std::string_view name_of(Guest guest);
std::optional<Guest> guest_named(std::string_view name);

enum class RegisterClass : u8 {
  general,
  program_counter,
  floating,
  control,
};

/// One architectural register: where it lies in GuestState::words and how people call it.
struct Register {
  std::string_view name;   ///< the name the ABI gives it ("a0"); printed in cases and reports
  std::string_view plain;  ///< the name the manual's encoding gives it ("x10"); accepted as well
  u16 word;                ///< index of its first word in GuestState::words
  u16 bits;                ///< its width
  RegisterClass kind;
};

/// Every register of the guest, in the order reports print them.
std::span<const Register> registers_of(Guest guest);

/// By either name; nullptr where the guest has no such register.
const Register* register_named(Guest guest, std::string_view name);

/// How many words of GuestState::words the guest uses.
std::size_t state_words(Guest guest);

/// Index in GuestState::words of the program counter.
std::size_t program_counter_word(Guest guest);

/// One name an extension bit ("Zbb"); the index is the bit's number in an ExtensionSet.
std::span<const std::string_view> extensions_of(Guest guest);

/// A set of a guest's extensions, one bit each, numbered as extensions_of lists them.
using ExtensionSet = u64;

}  // namespace diptych

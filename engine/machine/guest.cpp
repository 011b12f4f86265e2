#include "engine/machine/guest.hpp"

#include "engine/guest/riscv64/registers.hpp"

#include <algorithm>

namespace diptych {

std::string_view name_of(Guest guest) {
  switch (guest) {
    case Guest::riscv64: return "riscv64";
    case Guest::aarch64: return "aarch64";
    case Guest::x86_64: return "x86_64";
  }
  return "unknown";
}

std::optional<Guest> guest_named(std::string_view name) {
  for (Guest guest : {Guest::riscv64, Guest::aarch64, Guest::x86_64})
    if (name_of(guest) == name) return guest;
  return std::nullopt;
}

std::span<const Register> registers_of(Guest guest) {
  switch (guest) {
    case Guest::riscv64: return riscv64::registers;
    case Guest::aarch64:
    case Guest::x86_64: return {};
  }
  return {};
}

const Register* register_named(Guest guest, std::string_view name) {
  std::span<const Register> all = registers_of(guest);
  auto found = std::ranges::find_if(all, [&](const Register& r) { return r.name == name || r.plain == name; });
  return found == all.end() ? nullptr : &*found;
}

std::size_t state_words(Guest guest) { return guest == Guest::riscv64 ? riscv64::state_words : 0; }

std::size_t program_counter_word(Guest guest) { return guest == Guest::riscv64 ? riscv64::pc_word : 0; }

std::span<const std::string_view> extensions_of(Guest guest) {
  if (guest == Guest::riscv64) return riscv64::extension_names;
  return {};
}

}  // namespace diptych

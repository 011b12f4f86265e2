// The registers of a guest, as a value: copied, compared and hashed as words.
#pragma once

#include "engine/machine/guest.hpp"
#include "engine/machine/integers.hpp"

#include <array>

namespace diptych {

/// Which word is which register is said by registers_of(guest). Words a guest does not use stay zero,
/// so two states of one guest are equal exactly where their words are.
struct GuestState {
  static constexpr std::size_t capacity = 112;
  alignas(64) std::array<u64, capacity> words{};

  bool operator==(const GuestState&) const = default;
};

}  // namespace diptych

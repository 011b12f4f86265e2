#include "oracle/unicorn/guest_traits.hpp"

namespace diptych::unicorn {

const GuestTraits* traits_of(Guest guest) {
  switch (guest) {
    case Guest::riscv64:
      return &riscv64_traits;
    case Guest::aarch64:
    case Guest::x86_64:
      return nullptr;
  }
  return nullptr;
}

}  // namespace diptych::unicorn

#include "oracle/agent/agent_guest.hpp"

namespace diptych::agent {

const AgentGuest* agent_guest(Guest guest) {
  switch (guest) {
    case Guest::riscv64:
      return &riscv64_guest();
    case Guest::aarch64:
    case Guest::x86_64:
      return nullptr;
  }
  return nullptr;
}

}  // namespace diptych::agent

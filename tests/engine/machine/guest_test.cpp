#include "engine/machine/guest.hpp"

#include "engine/machine/state.hpp"
#include "tests/catch.hpp"

using namespace diptych;

TEST_CASE("guests are found by the names they have") {
  for (Guest guest : {Guest::riscv64, Guest::aarch64, Guest::x86_64}) CHECK(guest_named(name_of(guest)) == guest);
  CHECK(name_of(Guest::riscv64) == "riscv64");
  CHECK(!guest_named("RISCV64"));
  CHECK(!guest_named(""));
}

TEST_CASE("registers are found by either name") {
  REQUIRE(register_named(Guest::riscv64, "sp"));
  CHECK(register_named(Guest::riscv64, "sp") == register_named(Guest::riscv64, "x2"));
  CHECK(register_named(Guest::riscv64, "x32") == nullptr);
  CHECK(register_named(Guest::riscv64, "") == nullptr);
  CHECK(register_named(Guest::riscv64, "pc")->word == program_counter_word(Guest::riscv64));
}

TEST_CASE("a guest's words fit into a state") {
  for (Guest guest : {Guest::riscv64, Guest::aarch64, Guest::x86_64}) {
    CHECK(state_words(guest) <= GuestState::capacity);
    for (const Register& r : registers_of(guest)) CHECK(r.word < state_words(guest));
  }
  CHECK(extensions_of(Guest::riscv64).size() == 11);
}

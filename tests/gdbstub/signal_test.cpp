#include "gdbstub/signal.hpp"

#include "tests/catch.hpp"

using namespace diptych::gdb;

TEST_CASE("Linux's signals have numbers of the protocol, and back") {
  REQUIRE(signal_of_linux(0) == Signal::none);
  REQUIRE(signal_of_linux(2) == Signal::interrupt);
  REQUIRE(signal_of_linux(7) == Signal::bus);
  REQUIRE(signal_of_linux(11) == Signal::segmentation);
  REQUIRE(signal_of_linux(10) == Signal{30});  // SIGUSR1
  REQUIRE(signal_of_linux(17) == Signal::child);
  REQUIRE(signal_of_linux(31) == Signal::system_call);
  REQUIRE(signal_of_linux(34) == Signal{46});
  REQUIRE(signal_of_linux(63) == Signal{75});
  for (int number = 1; number <= 64; ++number)
    if (signal_of_linux(number) != Signal::unknown) REQUIRE(linux_number_of(signal_of_linux(number)) == number);
}

TEST_CASE("a signal the other side does not know is unknown there") {
  REQUIRE(signal_of_linux(16) == Signal::unknown);  // SIGSTKFLT
  REQUIRE(signal_of_linux(65) == Signal::unknown);
  REQUIRE(signal_of_linux(-1) == Signal::unknown);
  REQUIRE(linux_number_of(Signal::unknown) == 0);
  REQUIRE(linux_number_of(Signal{7}) == 0);  // SIGEMT
  REQUIRE(linux_number_of(Signal::none) == 0);
}

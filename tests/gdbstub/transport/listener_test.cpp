#include "gdbstub/transport/listener.hpp"

#include "tests/catch.hpp"

using namespace diptych;
using namespace diptych::gdb;

TEST_CASE("a free port is picked and told") {
  for (const char* address : {"127.0.0.1:0", ":0", "localhost:0"}) {
    const auto listener = Listener::open(address, false);
    REQUIRE(listener);
    REQUIRE_FALSE(listener->address().ends_with(":0"));
  }
  const auto listener = Listener::open("127.0.0.1:0", false);
  REQUIRE(listener->address().starts_with("127.0.0.1:"));
  REQUIRE_FALSE(listener->accept());
}

TEST_CASE("a port in use is an error of the environment") {
  const auto first = Listener::open("127.0.0.1:0", false);
  REQUIRE(first);
  const auto second = Listener::open(first->address(), false);
  REQUIRE_FALSE(second);
  REQUIRE(second.error().kind == ErrorKind::environment);
  REQUIRE(second.error().message == "cannot listen on " + first->address() + ": Address already in use");
}

TEST_CASE("an address others can reach must be asked for twice") {
  for (const char* address : {"0.0.0.0:0", "[::]:0"}) {
    const auto refused = Listener::open(address, false);
    REQUIRE_FALSE(refused);
    REQUIRE(refused.error().kind == ErrorKind::bad_input);
    REQUIRE(refused.error().message.find("controls the guest") != std::string::npos);
  }
  REQUIRE(Listener::open("0.0.0.0:0", true));
}

TEST_CASE("what is no address is refused with the reason") {
  for (const char* bad :
       {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:1x", "::1:0", "127.0.0.1: 1"}) {
    const auto listener = Listener::open(bad, true);
    REQUIRE_FALSE(listener);
    REQUIRE(listener.error().kind == ErrorKind::bad_input);
    REQUIRE(listener.error().message.starts_with("'" + std::string(bad) + "' is no address to listen on"));
  }
  REQUIRE_FALSE(Listener::open("no.such.host.invalid:0", true));
}

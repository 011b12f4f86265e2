#include "gdbstub/transport/listener.hpp"

#include "tests/catch.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

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
  REQUIRE(second.error().message == "cannot listen on " + first->address() + ": another program listens there; choose another port, or 0 for any that is free");
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

namespace {

// A folder for this test alone.
struct Folder {
  Folder() {
    char name[] = "/tmp/diptych-listener-XXXXXX";
    REQUIRE(mkdtemp(name));
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

}  // namespace

TEST_CASE("a file is listened on by its owner alone, and goes with the listener") {
  const Folder folder;
  const std::string path = folder.path / "gdb";
  {
    const auto listener = Listener::open("unix:" + path, false);
    REQUIRE(listener);
    REQUIRE(listener->address() == "unix:" + path);
    struct stat found{};
    REQUIRE(stat(path.c_str(), &found) == 0);
    REQUIRE((found.st_mode & 0777) == 0600);
    const auto second = Listener::open("unix:" + path, false);
    REQUIRE_FALSE(second);
    REQUIRE(second.error().message == "another server listens on unix:" + path + "; choose another path");
    REQUIRE(std::filesystem::exists(path));
  }
  REQUIRE_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a socket left behind is taken over, any other file is not") {
  const Folder folder;
  const std::string path = folder.path / "gdb";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  {
    const Descriptor killed(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(bind(killed.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  REQUIRE(std::filesystem::exists(path));
  REQUIRE(Listener::open("unix:" + path, false));
  std::ofstream(path) << "precious";
  const auto refused = Listener::open("unix:" + path, false);
  REQUIRE_FALSE(refused);
  REQUIRE(refused.error().message == path + " already exists; remove it or choose another path");
  REQUIRE(std::filesystem::file_size(path) == 8);
}

TEST_CASE("a path that is none is refused") {
  for (const std::string& bad : {std::string("unix:"), "unix:/" + std::string(200, 'x')}) {
    const auto listener = Listener::open(bad, false);
    REQUIRE_FALSE(listener);
    REQUIRE(listener.error().kind == ErrorKind::bad_input);
  }
  REQUIRE(Listener::open("unix:/no/such/folder/gdb", false).error().kind == ErrorKind::environment);
}

#include "gdbstub/server.hpp"

#include "tests/gdbstub/client.hpp"
#include "tests/gdbstub/sample_case.hpp"

#include <sys/wait.h>

using namespace diptych;
using namespace diptych::gdb;

TEST_CASE("a debugger is served until it kills the program") {
  ServerThread server(sample_case());
  Client client(server.port());
  REQUIRE(client.ask("?").starts_with("T05"));
  REQUIRE(client.ask("m10000,4") == "01459545");
  REQUIRE(client.ask("vKill;1") == "OK");
  REQUIRE(client.reply() == "(closed)");
  REQUIRE(server.ends());
}

TEST_CASE("k ends the server without a word") {
  ServerThread server(sample_case());
  Client client(server.port());
  client.send("k");
  REQUIRE(client.reply() == "(closed)");
  REQUIRE(server.ends());
}

TEST_CASE("who comes back finds the guest where it was left") {
  ServerThread server(sample_case());
  {
    Client client(server.port());
    REQUIRE(client.ask("QStartNoAckMode") == "OK");
    REQUIRE(client.ask("s").starts_with("T05"));
    client.send_raw("$m100");  // half a packet
  }
  Client client(server.port());
  REQUIRE(client.ask("p20") == "0200010000000000");
}

TEST_CASE("a debugger that vanishes with replies on their way harms nobody") {
  ServerThread server(sample_case());
  for (int i = 0; i < 20; ++i) {
    Client client(server.port());
    std::string many;
    for (int n = 0; n < 200; ++n) rsp::append_packet(many, "m20000,2000");
    client.send_raw(many);
  }
  Client client(server.port());
  REQUIRE(client.ask("?").starts_with("T05"));
}

TEST_CASE("a debugger that only asks gets every answer in the end") {
  ServerThread server(sample_case());
  Client client(server.port());
  std::string many;
  for (int n = 0; n < 2000; ++n) rsp::append_packet(many, "m20000,2000");
  std::thread asking([&] { client.send_raw(many); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  for (int n = 0; n < 2000; ++n) REQUIRE(client.reply().size() == 2 * sample_data_size);
  asking.join();
}

TEST_CASE("who stops speaking still hears the answers") {
  ServerThread server(sample_case());
  Client client(server.port());
  client.send("p8");
  client.send("p20");
  client.finish_sending();
  REQUIRE(client.reply() == "0000020000000000");
  REQUIRE(client.reply() == "0000010000000000");
  REQUIRE(client.reply() == "(closed)");
}

TEST_CASE("a second debugger is sent away and the first one served on") {
  ServerThread server(endless_case());
  Client first(server.port());
  REQUIRE(first.ask("?").starts_with("T05"));
  for (const bool running : {false, true}) {
    if (running) first.send("c");
    Client second(server.port());
    REQUIRE(second.reply() == "E.another debugger is attached");
    REQUIRE(second.reply() == "(closed)");
  }
  first.send_raw("\x03");
  REQUIRE(first.reply().starts_with("T02"));
}

TEST_CASE("a running guest halts when its debugger goes") {
  ServerThread server(endless_case());
  {
    Client client(server.port());
    client.send("c");
  }
  Client client(server.port());
  REQUIRE(client.ask("?").starts_with("T02"));
}

TEST_CASE("the server ends when a debugger leaves after the program's end") {
  ServerThread server(sample_case());
  {
    Client client(server.port());
    REQUIRE(client.ask("c").starts_with("T05"));
    REQUIRE(client.ask("c") == "W00");
  }
  REQUIRE(server.ends());
}

TEST_CASE("the server can be stopped, waiting or serving or running") {
  ServerThread waiting(sample_case());
  waiting.ask_to_stop();
  REQUIRE(waiting.ends());
  ServerThread serving(endless_case());
  Client client(serving.port());
  REQUIRE(client.ask("?").starts_with("T05"));
  client.send("c");
  serving.ask_to_stop();
  REQUIRE(serving.ends());
}

TEST_CASE("an address that must not be listened on is a sentence") {
  auto target = make_case_target(sample_case());
  REQUIRE(target);
  const auto remote = serve(**target, {.address = "0.0.0.0:0"});
  REQUIRE_FALSE(remote);
  REQUIRE(remote.error().kind == ErrorKind::bad_input);
}

TEST_CASE("standard input and output are a link too, gone at their end") {
  int to_server[2], from_server[2];
  REQUIRE(pipe(to_server) == 0);
  REQUIRE(pipe(from_server) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    dup2(to_server[0], STDIN_FILENO);
    dup2(from_server[1], STDOUT_FILENO);
    for (const int end : {to_server[0], to_server[1], from_server[0], from_server[1]}) close(end);
    auto target = make_case_target(sample_case());
    _exit(target && serve(**target, {.stdio = true}) ? 0 : 1);
  }
  Descriptor out(to_server[1]), in(from_server[0]);
  close(to_server[0]);
  close(from_server[1]);
  std::string request = "+";
  rsp::append_packet(request, "m20000,2000");
  rsp::append_packet(request, "p8");
  REQUIRE(write(out.get(), request.data(), request.size()) == static_cast<ssize_t>(request.size()));
  out = Descriptor();
  std::string output;
  char buffer[4096];
  while (const ssize_t size = read(in.get(), buffer, sizeof buffer)) {
    REQUIRE(size > 0);
    output.append(buffer, static_cast<std::size_t>(size));
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);
  REQUIRE(output.size() == 2 + 4 + 2 * sample_data_size + 4 + 16);
  REQUIRE(output.ends_with("+$0000020000000000#02"));
}

TEST_CASE("a debugger connects to a file as well") {
  const std::string path = "/tmp/diptych-server-" + std::to_string(getpid());
  ServerThread server(sample_case(), {.address = "unix:" + path});
  REQUIRE(server.address() == "unix:" + path);
  Client client(path);
  REQUIRE(client.ask("m10000,4") == "01459545");
  REQUIRE(client.ask("vKill;1") == "OK");
  REQUIRE(server.ends());
}

TEST_CASE("a server may end when its debugger goes") {
  ServerThread server(sample_case(), {.leaving = Leaving::end});
  { REQUIRE(Client(server.port()).ask("?").starts_with("T05")); }
  REQUIRE(server.ends());
}

TEST_CASE("a guest may go on when its debugger goes, to its end or to the next debugger") {
  ServerThread finite(sample_case(), {.leaving = Leaving::go_on});
  { REQUIRE(Client(finite.port()).ask("?").starts_with("T05")); }
  REQUIRE(finite.ends());
  ServerThread endless(endless_case(), {.leaving = Leaving::go_on});
  { REQUIRE(Client(endless.port()).ask("?").starts_with("T05")); }
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  {
    Client next(endless.port());
    REQUIRE(next.ask("?").starts_with("T02"));
    REQUIRE(next.ask("p46") != "0000000000000000");  // instret
  }
  endless.ask_to_stop();
  REQUIRE(endless.ends());
}

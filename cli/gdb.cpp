// gdb: serves a case to a debugger.
#include "cli/verb.hpp"

#include "corpus/files.hpp"
#include "gdbstub/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <thread>

namespace diptych::cli {
namespace {

constexpr std::pair<std::string_view, gdb::Leaving> ways_to_leave[] = {
    {"stay", gdb::Leaving::stay}, {"end", gdb::Leaving::end}, {"go-on", gdb::Leaving::go_on}};

int run(const std::vector<std::string>& arguments) {
  std::string path, leaving;
  gdb::ListenOptions listen;
  options::options_description described("Options");
  described.add_options()("case", options::value(&path)->required(), "the case file")(
      "listen", options::value(&listen.address)->default_value("127.0.0.1:0"), "HOST:PORT to listen on, port 0 is any free one; or unix:PATH")(
      "allow-remote", options::bool_switch(&listen.allow_remote),
      "listen on other than the loopback: whoever connects controls the guest")(
      "on-disconnect", options::value(&leaving)->default_value("stay"),
      "what becomes of the guest when the debugger goes: stay (halted, for the next one), end, go-on")(
      "stdio", options::bool_switch(&listen.stdio), "speak on standard input and output, for target remote |");
  options::positional_options_description positional;
  positional.add("case", 1);
  const Parsed parsed = parse(gdb_verb, arguments, described, positional);
  if (!parsed.go_on) return parsed.exit;
  Result<Case> some = read_case(path);
  if (!some) return complain(some.error());
  const auto chosen = std::ranges::find(ways_to_leave, leaving, &std::pair<std::string_view, gdb::Leaving>::first);
  if (chosen == std::end(ways_to_leave))
    return complain({ErrorKind::bad_input, fmt::format("--on-disconnect is stay, end or go-on, not '{}'", leaving)});
  listen.leaving = chosen->second;
  listen.announce = [](std::string_view line) {
    fmt::print(stderr, "{}\n", line);
    std::fflush(stderr);
  };

  // The signals that end a server are taken by a thread that asks it to stop.
  std::stop_source stop;
  listen.stop = stop.get_token();
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  std::jthread waiter([&](std::stop_token done) {
    while (!done.stop_requested()) {
      const timespec while_waiting{0, 100'000'000};
      if (sigtimedwait(&ending, nullptr, &while_waiting) > 0) stop.request_stop();
    }
  });
  if (auto served = gdb::serve(*some, listen); !served) return complain(served.error());
  return fine;
}

}  // namespace

const Verb gdb_verb = {"gdb", "serve a case to gdb",
                       "  diptych gdb reports/out/findings/interp-lw-register.case --listen 127.0.0.1:1234", run};

}  // namespace diptych::cli

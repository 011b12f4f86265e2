// gdb: serves a case or a Linux program to a debugger.
#include "cli/debugger.hpp"
#include "cli/output.hpp"
#include "cli/program_arguments.hpp"
#include "cli/verb.hpp"

#include "corpus/files.hpp"
#include "gdbstub/beside/case_reference.hpp"
#include "gdbstub/beside/follower.hpp"
#include "gdbstub/engine/case_inferior.hpp"
#include "gdbstub/engine/engine_target.hpp"
#include "gdbstub/engine/process_inferior.hpp"
#include "gdbstub/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace diptych::cli {
namespace {

constexpr std::pair<std::string_view, gdb::Leaving> ways_to_leave[] = {
    {"stay", gdb::Leaving::stay}, {"end", gdb::Leaving::end}, {"go-on", gdb::Leaving::go_on}};

constexpr i64 most_history = i64{1} << 24;  // MiB

struct Asked {
  std::string path;
  std::vector<std::string> arguments;  // of a program
  std::string tier, beside, debugger, on_leaving, at_exit, input;
  std::vector<std::string> roots, directories;
  i64 history_megabytes = 0;
  bool stdio = false, two_threads = false, at_divergence = false, known_too = false;
};

struct Subject {
  std::unique_ptr<gdb::Inferior> inferior;
  std::unique_ptr<gdb::Reference> reference;
  std::string symbols;  // the file that has them
};

// What cannot be read here is for the reader of cases to refuse. Without O_NONBLOCK a pipe of that name would be waited for.
bool is_program(const std::string& path) {
  const linux_guest::HostFile file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  char magic[4] = {};
  return file && fstat(file.number(), &status) == 0 && S_ISREG(status.st_mode) && read(file.number(), magic, sizeof magic) == sizeof magic &&
         std::string_view(magic, sizeof magic) == "\x7f" "ELF";
}

// Where the server speaks on standard input and output, the guest has neither.
Result<void> choose_streams(const Asked& asked, gdb::ProcessInferiorOptions& options) {
  const std::string path = asked.input.empty() && asked.stdio ? "/dev/null" : asked.input;
  if (!path.empty()) {
    options.input = linux_guest::HostFile(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!options.input) return fail(ErrorKind::environment, fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  }
  if (!asked.stdio) return {};
  auto output = gdb::GuestOutput::create();
  if (!output) return std::unexpected(std::move(output).error());
  options.output = std::move(*output);
  return {};
}

Result<Subject> make_program(const Asked& asked, int interrupt) {
  auto grants = grants_of(asked.roots, asked.directories);
  if (!grants) return std::unexpected(std::move(grants).error());
  std::vector<std::string> words = {asked.path};
  words.insert(words.end(), asked.arguments.begin(), asked.arguments.end());
  gdb::ProcessInferiorOptions options{.program = asked.path,
                                      .arguments = std::move(words),
                                      .environment = environment_of_host(),
                                      .grants = std::move(*grants),
                                      .tier = asked.tier,
                                      .records = asked.history_megabytes != 0,
                                      .interrupt = interrupt};
  if (auto chosen = choose_streams(asked, options); !chosen) return std::unexpected(std::move(chosen).error());
  auto inferior = gdb::make_process_inferior(std::move(options));
  if (!inferior) return std::unexpected(std::move(inferior).error());
  Subject subject{std::move(*inferior), nullptr, asked.path};
  if (asked.beside.empty()) return subject;
  if (asked.beside != "unicorn")
    return fail(ErrorKind::bad_input, fmt::format("{} cannot go along with a program that makes system calls; unicorn can", asked.beside));
  auto follower = gdb::Follower::create(subject.inferior->guest(), {.known_too = asked.known_too});
  if (!follower) return std::unexpected(std::move(follower).error());
  subject.reference = std::move(*follower);
  return subject;
}

Result<Subject> make_case(const Asked& asked) {
  Result<Case> some = read_case(asked.path);
  if (!some) return std::unexpected(std::move(some).error());
  if (!asked.arguments.empty() || !asked.roots.empty() || !asked.directories.empty() || !asked.input.empty())
    return fail(ErrorKind::bad_input, fmt::format("{} is a case, which takes no arguments, reads no input and opens no files", asked.path));
  auto inferior = gdb::make_case_inferior(*some, asked.tier);
  if (!inferior) return std::unexpected(std::move(inferior).error());
  Subject subject{std::move(*inferior), nullptr, {}};
  if (asked.beside.empty()) return subject;
  auto reference = gdb::make_case_reference(*some, asked.beside, {.known_too = asked.known_too});
  if (!reference) return std::unexpected(std::move(reference).error());
  subject.reference = std::move(*reference);
  return subject;
}

// What ends a server: signals, and the end of the debugger it started. One thread takes them.
class Ending {
 public:
  explicit Ending(bool interrupts_end) {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGTERM);
    if (interrupts_end) sigaddset(&signals_, SIGINT);
    else std::signal(SIGINT, SIG_IGN);  // ^C is the debugger's, on whose terminal this runs
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    waiter_ = std::jthread([this](const std::stop_token& done) {
      while (!done.stop_requested()) {
        const timespec a_while{0, 100'000'000};
        if (sigtimedwait(&signals_, nullptr, &a_while) > 0 || debugger_has_ended()) stop_.request_stop();
      }
    });
  }

  std::stop_token token() const { return stop_.get_token(); }
  void follow(pid_t debugger) { debugger_ = debugger; }
  void end() { stop_.request_stop(); }

  /// The debugger it started has the last word on the terminal.
  void wait_for_debugger() {
    waiter_.request_stop();
    waiter_.join();
    if (const pid_t debugger = debugger_.exchange(0); debugger > 0) waitpid(debugger, nullptr, 0);
  }

 private:
  bool debugger_has_ended() {
    const pid_t debugger = debugger_;
    if (debugger <= 0 || waitpid(debugger, nullptr, WNOHANG) != debugger) return false;
    debugger_ = 0;
    return true;
  }

  sigset_t signals_{};
  std::stop_source stop_;
  std::atomic<pid_t> debugger_ = 0;
  std::jthread waiter_;
};

// What excludes each other, or needs what is not there.
std::optional<std::string> contradiction(const Asked& asked, bool listens) {
  if (asked.history_megabytes < 0 || asked.history_megabytes > most_history)
    return fmt::format("--history is a number of MiB from 0 to {}, not {}", most_history, asked.history_megabytes);
  if (asked.stdio && listens) return "--stdio and --listen exclude each other: there is one debugger, on standard input and output";
  if (asked.stdio && !asked.debugger.empty()) return "--stdio and --exec exclude each other";
  if (asked.at_divergence && asked.history_megabytes == 0) return "--at-divergence goes an instruction back, and --history 0 leaves no way back";
  if (asked.two_threads && asked.beside.empty()) return "--threads shows the machine that --beside names, and none is named";
  if (asked.known_too && asked.beside.empty()) return "--known-too is about the machine that --beside names, and none is named";
  return std::nullopt;
}

int run(const std::vector<std::string>& arguments) {
  Asked asked;
  std::vector<std::string> words;
  gdb::ListenOptions listen;
  options::options_description described("Options");
  described.add_options()("subject", options::value(&words)->required(), "a case, or a static RISC-V Linux program and, behind --, its arguments")(
      "tier", options::value(&asked.tier)->default_value("baseline"), "what runs it: interp or baseline")(
      "beside", options::value(&asked.beside), "a machine that runs the same beside the engine, of a program unicorn: its registers are o_a0 and so on, and it halts where the two part")(
      "threads", options::bool_switch(&asked.two_threads), "show that machine as a second thread instead")(
      "at-divergence", options::bool_switch(&asked.at_divergence), "start one instruction before the engine and the machine beside it (default unicorn) part")(
      "known-too", options::bool_switch(&asked.known_too), "take what is known of that machine, or left open by the manual, for a parting, too")(
      "history", options::value(&asked.history_megabytes)->default_value(512), "how many MiB going backwards may take; 0: there is no going back")(
      "at-exit", options::value(&asked.at_exit)->default_value("halt"), "where a program ends: halt before, if there is a way back from there, or end")(
      "root", options::value(&asked.roots), "a program's / is this directory")(
      "dir", options::value(&asked.directories), "a program may use this directory; may be given again. Without either the current one is")(
      "listen", options::value(&listen.address)->default_value("127.0.0.1:0"), "HOST:PORT, port 0 is any free one; or unix:PATH")(
      "allow-remote", options::bool_switch(&listen.allow_remote), "listen on other than the loopback: whoever connects controls the guest")(
      "on-disconnect", options::value(&asked.on_leaving)->default_value("stay"), "what becomes of the guest when the debugger goes: stay (halted, for the next one), end, go-on")(
      "stdio", options::bool_switch(&asked.stdio), "speak on standard input and output, for target remote |; what a program prints goes to the debugger's console")(
      "input", options::value(&asked.input), "what a program reads on standard input; with --stdio it is /dev/null otherwise")(
      "exec", options::value(&asked.debugger), "start this debugger here, gdb or lldb, and serve it");
  options::positional_options_description positional;
  positional.add("subject", -1);
  const Parsed parsed = parse(gdb_verb, arguments, described, positional);
  if (!parsed.go_on) return parsed.exit;
  asked.path = words.front();
  asked.arguments.assign(words.begin() + 1, words.end());
  const auto leaving = std::ranges::find(ways_to_leave, asked.on_leaving, &std::pair<std::string_view, gdb::Leaving>::first);
  if (leaving == std::end(ways_to_leave))
    return complain({ErrorKind::bad_input, fmt::format("--on-disconnect is stay, end or go-on, not '{}'", asked.on_leaving)});
  listen.leaving = leaving->second;
  if (asked.at_exit != "halt" && asked.at_exit != "end") return complain({ErrorKind::bad_input, fmt::format("--at-exit is halt or end, not '{}'", asked.at_exit)});
  listen.stdio = asked.stdio;
  if (asked.at_divergence && asked.beside.empty()) asked.beside = "unicorn";
  if (const auto why = contradiction(asked, !parsed.values["listen"].defaulted())) return complain({ErrorKind::bad_input, *why});

  const gdb::Attention attention;
  listen.attention = &attention;
  Result<Subject> subject = is_program(asked.path) ? make_program(asked, attention.descriptor()) : make_case(asked);
  if (!subject) return complain(subject.error());
  gdb::EngineTarget target(std::move(subject->inferior), std::move(subject->reference),
                           {.history_bytes = std::size_t(asked.history_megabytes) << 20, .halts_before_exit = asked.at_exit == "halt", .two_threads = asked.two_threads});
  if (asked.at_divergence && !target.run_to_divergence(true)) {
    print_error("diptych: {} and the engine's {} agree on {} up to its end\n", asked.beside, asked.tier, asked.path);
    return fine;
  }
  // A debugger takes no words before it runs the guest.
  if (asked.at_divergence) print_error("{}", target.take_notice());

  // Started behind the guest, whose signals this thread blocks: so no other thread takes them.
  Ending ending(asked.debugger.empty());
  listen.stop = ending.token();
  std::optional<Error> not_started;
  listen.announce = [&](std::string_view line) {
    if (asked.debugger.empty()) {
      print_error("{}\n", line);
      return;
    }
    const auto debugger = start_debugger(asked.debugger, subject->symbols, std::string(line.substr(line.rfind(' ') + 1)));
    if (debugger) {
      ending.follow(*debugger);
    } else {
      not_started = debugger.error();
      ending.end();
    }
  };
  const auto served = gdb::serve(target, listen);
  ending.wait_for_debugger();
  if (not_started) return complain(*not_started);
  if (!served) return complain(served.error());
  return fine;
}

}  // namespace

const Verb gdb_verb = {"gdb", "serve a case or a program to gdb or lldb", "CASE|PROGRAM [-- ARGUMENT...]",
                       "  diptych gdb --exec gdb ./hello\n  diptych gdb reports/out/findings/interp-lw-register.case --at-divergence --exec gdb", run};

}  // namespace diptych::cli

// run: a static Linux program, with the files it is granted.
#include "cli/output.hpp"
#include "cli/host_crash.hpp"
#include "cli/program_arguments.hpp"
#include "cli/verb.hpp"

#include "engine/linux/process.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>

namespace diptych::cli {
namespace {

using namespace linux_guest;

/// What a shell reports of a program that a signal ended.
constexpr int exit_of_signal = 128;
/// The program cannot go on: as for one that cannot be run.
constexpr int exit_of_deadlock = 2;

// Everything from the program's name on is the guest's, also what looks like an option of ours.
std::size_t count_own(const std::vector<std::string>& arguments) {
  constexpr std::array<std::string_view, 4> with_value = {"--tier", "--root", "--dir", "--memory"};
  std::size_t i = 0;
  while (i < arguments.size() && arguments[i].starts_with('-') && arguments[i] != "--")
    i += std::ranges::find(with_value, arguments[i]) != with_value.end() ? 2 : 1;
  return std::min(i, arguments.size());
}

void say_stats(std::string_view tier, u64 retired, double seconds, u64 memory, bool json) {
  const double millions = static_cast<double>(retired) / 1e6;
  if (json) {
    const nlohmann::json told = {{"tiers", {{{"tier", tier}, {"instructions", retired}, {"seconds", seconds}, {"memory", memory}, {"million_instructions_a_second", millions / seconds}}}}};
    print_error("{}\n", told.dump());
  } else {
    print_error("diptych: {} instructions in {:.3f} s by {}: {:.1f} million a second; at most {:.1f} MiB of memory\n", retired, seconds, tier, millions / seconds, static_cast<double>(memory) / 0x1p20);
  }
}

int run(const std::vector<std::string>& arguments) {
  report_host_crashes();
  std::string tier_name, memory;
  std::vector<std::string> roots, directories;
  bool stats = false, json = false, strace = false;
  options::options_description described("Options");
  described.add_options()("tier", options::value(&tier_name)->default_value("baseline"), "what runs it: interp or baseline")(
      "root", options::value(&roots), "the guest's / is this directory")(
      "dir", options::value(&directories), "the guest may use this directory, under its own path; may be given again. Without either the current one is")(
      "memory", options::value(&memory), "how much memory it may have, such as 512M or 4G; by default three quarters of the host's")(
      "strace", options::bool_switch(&strace), "print each system call and signal to standard error")(
      "stats", options::bool_switch(&stats), "say at the end how many instructions ran, and how fast, on standard error")(
      "json", options::bool_switch(&json), "say that as JSON");
  const std::size_t own = count_own(arguments);
  const Parsed parsed = parse(run_verb, {arguments.begin(), arguments.begin() + static_cast<std::ptrdiff_t>(own)}, described);
  if (!parsed.go_on) return parsed.exit;
  std::vector<std::string> guest(arguments.begin() + static_cast<std::ptrdiff_t>(own), arguments.end());
  if (!guest.empty() && guest.front() == "--") guest.erase(guest.begin());
  if (guest.empty()) return complain({ErrorKind::bad_input, "there is no program to run; see diptych run --help"});

  const Result<u64> memory_bytes = memory_limit(memory);
  if (!memory_bytes) return complain(memory_bytes.error());
  Result<Grants> grants = grants_of(roots, directories);
  if (!grants) return complain(grants.error());
  Result<std::unique_ptr<Tier>> tier = make_tier(tier_name);
  // Not every host can run translated code; the interpreter is never far.
  if (!tier && parsed.values["tier"].defaulted()) tier = make_tier("interp");
  if (!tier) return complain(tier.error());
  ProcessOptions process_options{.program = guest.front(), .arguments = guest, .environment = environment_of_host(), .grants = std::make_shared<Grants>(std::move(*grants)), .tier = std::move(*tier), .trace = nullptr};
  process_options.memory = *memory_bytes;
  process_options.notice = [program = guest.front()](std::string_view sentence) { print_error("diptych: {}: {}\n", program, sentence); };
  if (strace) process_options.trace = [](std::string_view line) { print_error("{}\n", line); };
  Result<std::unique_ptr<Process>> process = Process::start(std::move(process_options));
  if (!process) return complain(process.error());

  const auto begin = std::chrono::steady_clock::now();
  const Ending ending = (*process)->run();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  if (!ending.deadlock.empty()) print_error("diptych: {}: {}\n", guest.front(), ending.deadlock);
  if (ending.signal != 0) print_error("diptych: {} was ended by {}\n", guest.front(), signal_name(ending.signal));
  if (stats) say_stats((*process)->tier().name(), (*process)->tier().hart().retired, seconds.count(), (*process)->map.most_charged(), json);
  if (!ending.deadlock.empty()) return exit_of_deadlock;
  return ending.signal != 0 ? exit_of_signal + ending.signal : ending.status;
}

}  // namespace

const Verb run_verb = {"run", "run a static RISC-V Linux program", "[--] PROGRAM [ARGUMENT...]", "  diptych run --strace ./hello world", run};

}  // namespace diptych::cli

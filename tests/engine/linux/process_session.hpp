// A process that a test runs, halts and puts back, in a directory of its own.
#pragma once

#include "engine/guest/riscv64/registers.hpp"
#include "engine/linux/process_execution.hpp"
#include "tests/catch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <bit>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace diptych::linux_test {

using namespace linux_guest;
namespace fs = std::filesystem;

inline const fs::path guests = DIPTYCH_LINUX_GUESTS;
inline constexpr u64 all_signals = ~u64{0};
inline constexpr u64 forever = ~u64{0};

/// A fresh directory, which is the current one meanwhile.
class Folder {
 public:
  Folder() : before_(fs::current_path()) {
    std::string name = (fs::temp_directory_path() / "diptych-process-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()));
    path_ = name;
    fs::current_path(path_);
  }
  ~Folder() {
    fs::current_path(before_);
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

 private:
  fs::path before_, path_;
};

inline std::string slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Stands in for one of the standard streams while a process takes its copies.
class Instead {
 public:
  Instead(Instead&&) = delete;
  Instead(int stream, int file) : stream_(stream), before_(fcntl(stream, F_DUPFD_CLOEXEC, 10)) { dup2(file, stream); }
  ~Instead() {
    dup2(before_, stream_);
    ::close(before_);
  }

 private:
  int stream_, before_;
};

struct Session {
  std::unique_ptr<ProcessExecution> execution;

  explicit Session(std::string_view tier, std::vector<std::string> line, int interrupt = -1, int input = -1, std::size_t most_recorded = 256 << 20, bool record = true) {
    line.front() = (guests / line.front()).string();
    const HostFile out(::open("out", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    const HostFile nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const Instead in_place_of_input(0, input < 0 ? nothing.number() : input), in_place_of_output(1, out.number()), in_place_of_errors(2, out.number());
    const std::vector<std::string> here{"."};
    auto made = make_tier(tier);
    REQUIRE(made);
    auto started = ProcessExecution::start({.process = {.program = line.front(), .arguments = line, .environment = {"HOME=/"},
                                                        .grants = std::make_shared<Grants>(std::move(*Grants::directories(here))),
                                                        .tier = std::move(*made), .trace = nullptr},
                                            .record = record, .most_recorded = most_recorded, .interrupt = interrupt});
    REQUIRE(started);
    execution = std::move(*started);
  }
};

/// The program from the beginning, which takes its copies anew.
inline Result<void> restart(ProcessExecution& execution) {
  const HostFile out(::open("out", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)), nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const Instead in_place_of_input(0, nothing.number()), in_place_of_output(1, out.number()), in_place_of_errors(2, out.number());
  return execution.restart();
}

/// Everything the guest can see of itself.
inline u64 fingerprint(ProcessExecution& execution) {
  u64 sum = 0;
  auto see = [&](u64 value) { sum = (std::rotl(sum, 5) ^ value) * 0x9e3779b97f4a7c15; };
  for (const u64 word : execution.tier().hart().state.words) see(word);
  Process& process = execution.process();
  see(process.signals.blocked);
  for (const SignalAction& action : process.signals.actions) see(action.handler), see(action.flags), see(action.mask);
  see(process.signals.stack.address);
  for (const char c : process.name) see(static_cast<u8>(c));
  for (const auto& [begin, mapping] : process.map.state().mappings) {
    see(begin), see(mapping.end), see(u64(mapping.access)), see(u64(mapping.backing)), see(mapping.file), see(mapping.offset);
    for (u64 page = begin; page < mapping.end; page += page_size) {
      see(u64(process.window.rights(page)));
      const u8* bytes = process.memory.reach(page, page_size, Access::read);
      if (!bytes) continue;
      for (u64 at = 0; at < page_size; at += 8) {
        u64 word = 0;
        std::memcpy(&word, bytes + at, 8);
        if (word != 0) see(page + at), see(word);
      }
    }
  }
  return sum;
}

/// To a time, whatever comes on the way.
inline Event run_to(ProcessExecution& execution, u64 time) {
  Event event;
  while (execution.time() < time) {
    event = execution.advance(time);
    if (event.kind == EventKind::exited || event.kind == EventKind::killed) break;
  }
  return event;
}

inline constexpr u64 write_call = 64, read_call = 63, exit_group_call = 94;

/// To an event that is not of time.
inline Event next_event(ProcessExecution& execution) {
  Event event;
  do event = execution.advance(forever);
  while (event.kind == EventKind::time);
  return event;
}

inline u64 x(ProcessExecution& execution, std::size_t number) { return execution.tier().hart().state.words[riscv64::x_word + number]; }
inline u64 pc(ProcessExecution& execution) { return execution.tier().hart().state.words[riscv64::pc_word]; }

}  // namespace diptych::linux_test

// A process repeats what it did to the last bit: at every moment the registers, memory and signals are what they were,
// and nothing is done to the host a second time.
#include "engine/debug/timeline.hpp"
#include "engine/guest/riscv64/registers.hpp"
#include "engine/linux/layout.hpp"
#include "engine/linux/process_execution.hpp"
#include "tests/catch.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <thread>

using namespace diptych;
using namespace diptych::linux_guest;
namespace fs = std::filesystem;

namespace {

using Random = std::mt19937_64;

const fs::path guests = DIPTYCH_LINUX_GUESTS;
constexpr u64 all_signals = ~u64{0};
constexpr u64 forever = ~u64{0};

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

std::string slurp(const fs::path& path) {
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
Result<void> restart(ProcessExecution& execution) {
  const HostFile out(::open("out", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)), nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const Instead in_place_of_input(0, nothing.number()), in_place_of_output(1, out.number()), in_place_of_errors(2, out.number());
  return execution.restart();
}

/// Everything the guest can see of itself.
u64 fingerprint(ProcessExecution& execution) {
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
Event run_to(ProcessExecution& execution, u64 time) {
  Event event;
  while (execution.time() < time) {
    event = execution.advance(time);
    if (event.kind == EventKind::exited || event.kind == EventKind::killed) break;
  }
  return event;
}

/// Runs it once, then back and forth.
void require_repeatable(std::string_view tier, std::vector<std::string> line, u64 seed, u64 stride, u64 pass = all_signals) {
  const Folder folder;
  Session session(tier, line);
  ProcessExecution& execution = *session.execution;
  execution.pass_signals(pass);
  Random random(seed);
  INFO(line.front() << " by " << tier << ", seed " << seed);

  std::map<u64, u64> seen;                       // fingerprints by time
  std::vector<std::pair<u64, u64>> moments;      // with their times
  std::vector<std::pair<u64, Event>> events;     // with their times
  Event last;
  auto remember = [&] {
    seen[execution.time()] = fingerprint(execution);
    if (random() % 3 == 0 || last.kind == EventKind::signal) moments.emplace_back(execution.save(), execution.time());
  };
  moments.emplace_back(execution.save(), 0);
  seen[0] = fingerprint(execution);
  do {
    const u64 before = execution.time();
    last = random() % 8 == 0 ? execution.step() : execution.advance(before + 1 + random() % stride);
    REQUIRE(execution.recorded_until() == execution.time());
    if (last.kind != EventKind::time) events.emplace_back(execution.time(), last);
    if (seen.size() < 400 || random() % 50 == 0) remember();
  } while (last.kind != EventKind::exited && last.kind != EventKind::killed);
  const u64 end = execution.time();
  seen[end] = fingerprint(execution);
  const std::string output = slurp("out");

  for (int round = 0; round < 12 && !moments.empty(); ++round) {
    const std::size_t which = random() % moments.size();
    REQUIRE(execution.restore(moments[which].first));
    moments.resize(which + 1);
    REQUIRE(execution.time() == moments[which].second);
    REQUIRE(execution.recorded_until() == end);
    REQUIRE(fingerprint(execution) == seen.at(execution.time()));
    // To some of the times that were seen, by pieces of another size than the first time.
    for (auto next = seen.upper_bound(execution.time()); next != seen.end(); ++next) {
      if (next->first != end && random() % 4 != 0) continue;
      const Event event = run_to(execution, next->first);
      REQUIRE(execution.time() == next->first);
      REQUIRE(fingerprint(execution) == next->second);
      if (next->first == end) CHECK((event.kind == last.kind && event.status == last.status && event.signal == last.signal));
      if (random() % 16 == 0) moments.emplace_back(execution.save(), execution.time());
    }
    CHECK(execution.take_notice().empty());
  }
  // What was reported is reported again.
  REQUIRE(execution.restore(moments.front().first));
  std::vector<std::pair<u64, Event>> again;
  do {
    const Event event = execution.advance(forever);
    if (event.kind != EventKind::time) again.emplace_back(execution.time(), event);
  } while (again.empty() || (again.back().second.kind != EventKind::exited && again.back().second.kind != EventKind::killed));
  CHECK(again == events);
  CHECK(slurp("out") == output);
}

}  // namespace

TEST_CASE("a process repeats what it did, however much of it was left to chance") {
  for (const char* tier : {"interp", "baseline"})
    for (const u64 seed : {1u, 2u, 3u}) require_repeatable(tier, {"chance", "120"}, seed, 200'000, seed % 2 ? all_signals : 0);
}

TEST_CASE("a process repeats its system calls, signals and mappings") {
  for (const char* tier : {"interp", "baseline"}) {
    require_repeatable(tier, {"signals", "timers"}, 1, 300'000, 0);
    for (const char* way : {"jump", "pc", "pending", "nested", "stack", "floating", "abort", "null"}) require_repeatable(tier, {"signals", way}, 2, 1000, 0);
    require_repeatable(tier, {"files"}, 3, 3000);
    require_repeatable(tier, {"memory"}, 4, 3000);
    require_repeatable(tier, {"machine"}, 5, 20'000);
    require_repeatable(tier, {"library"}, 6, 20'000);
    require_repeatable(tier, {"hello", "7"}, 7, 500);
  }
}

namespace {

constexpr u64 write_call = 64, read_call = 63, exit_group_call = 94;

/// To an event that is not of time.
Event next_event(ProcessExecution& execution) {
  Event event;
  do event = execution.advance(forever);
  while (event.kind == EventKind::time);
  return event;
}

u64 x(ProcessExecution& execution, std::size_t number) { return execution.tier().hart().state.words[riscv64::x_word + number]; }
u64 pc(ProcessExecution& execution) { return execution.tier().hart().state.words[riscv64::pc_word]; }

}  // namespace

TEST_CASE("pages of a debugger's own belong to the past from then on") {
  for (const char* tier : {"interp", "baseline"}) {
    const Folder folder;
    Session session(tier, {"memory"});
    ProcessExecution& execution = *session.execution;
    const StopPoints none;
    Timeline timeline(execution, none, std::size_t{64} << 20);
    const auto go_to = [&](u64 time) {
      timeline.begin_seek(time);
      while (!timeline.backward(forever)) {}
    };
    const auto step = [&](int times) {
      while (times-- > 0) timeline.step();
    };
    step(100);
    CHECK_FALSE(timeline.map(0, Access::read));
    CHECK_FALSE(timeline.map(~u64{0}, Access::read));
    CHECK_FALSE(timeline.map(u64{1} << 60, Access::read));
    const auto pages = timeline.map(page_size + 1, Access::read | Access::write);
    REQUIRE(pages);
    CHECK(pages->size == 2 * page_size);
    REQUIRE(timeline.write(pages->address, std::array<u8, 2>{1, 2}));
    const u64 with_them = fingerprint(execution);
    step(100);
    REQUIRE(timeline.unmap(*pages));
    CHECK_FALSE(timeline.unmap(*pages));
    const u64 without_them = fingerprint(execution);
    step(100);
    go_to(99);
    CHECK_FALSE(execution.process().map.at(pages->address));
    go_to(100);
    CHECK(fingerprint(execution) == with_them);
    go_to(200);
    CHECK(fingerprint(execution) == without_them);
    go_to(150);
    CHECK(execution.process().map.at(pages->address));
    go_to(0);
    CHECK_FALSE(execution.process().map.at(pages->address));
    go_to(100);
    CHECK(fingerprint(execution) == with_them);
  }
}

TEST_CASE("system calls are caught before and after, once each, and again when they are repeated") {
  for (const char* tier : {"interp", "baseline"}) {
    const Folder folder;
    Session session(tier, {"hello", "7"});
    ProcessExecution& execution = *session.execution;
    execution.catch_calls(std::vector<u64>{write_call, exit_group_call});
    const u64 begin = execution.save();
    std::vector<u64> times;
    for (int pass = 0; pass < 2; ++pass) {
      const std::string output = slurp("out");
      Event event = next_event(execution);
      REQUIRE(event.kind == EventKind::call);
      CHECK(event.call == write_call);
      CHECK(x(execution, 17) == write_call);
      const u64 at = pc(execution), time = execution.time(), size = x(execution, 12);
      CHECK(*reinterpret_cast<const u32*>(execution.process().memory.reach(at, 4, Access::read)) == 0x73);
      CHECK(slurp("out") == output);
      event = execution.step();
      CHECK(event.kind == EventKind::call_done);
      CHECK(event.call == write_call);
      CHECK(pc(execution) == at + 4);
      CHECK(execution.time() == time + 1);
      CHECK(x(execution, 10) == size);
      if (pass == 0) CHECK(slurp("out").size() == output.size() + size);
      while (event.kind != EventKind::exited) {
        times.push_back(execution.time());
        const Event before = event;
        event = next_event(execution);
        if (before.kind == EventKind::call && before.call == write_call) CHECK(event.kind == EventKind::call_done);
      }
      CHECK(event.status == 7);
      times.push_back(execution.time());
      CHECK(execution.advance(forever) == event);
      CHECK(execution.step() == event);
      REQUIRE(execution.restore(begin));
    }
    CHECK(std::ranges::equal(std::span(times).first(times.size() / 2), std::span(times).last(times.size() / 2)));
    execution.catch_calls(std::vector<u64>{});
    CHECK(next_event(execution).call != write_call);
    execution.catch_calls(std::nullopt);
    CHECK(next_event(execution).kind == EventKind::exited);
  }
}

TEST_CASE("going back halts at both ends of each system call, the last first, and going on from there at the next") {
  for (const char* tier : {"interp", "baseline"}) {
    const Folder folder;
    Session session(tier, {"hello", "7"});
    ProcessExecution& execution = *session.execution;
    execution.catch_calls(std::vector<u64>{});
    StopPoints points;
    Timeline timeline(execution, points, std::size_t{64} << 20);
    const auto forward = [&] {
      while (true)
        if (const auto halted = timeline.forward(forever)) return *halted;
    };
    const auto backward = [&] {
      timeline.begin_back();
      while (true)
        if (const auto halted = timeline.backward(forever)) return *halted;
    };
    // What, which call, when.
    using Place = std::array<u64, 3>;
    const auto place = [&](const Timeline::Halted& halted) { return Place{u64(halted.event.kind), halted.event.call, execution.time()}; };
    std::vector<Place> places;
    while (true) {
      const Timeline::Halted halted = forward();
      if (halted.event.kind == EventKind::exited) break;
      places.push_back(place(halted));
    }
    REQUIRE(places.size() > 6);
    CHECK(places[0][0] == u64(EventKind::call));
    CHECK(places[1] == Place{u64(EventKind::call_done), places[0][1], places[0][2] + 1});
    for (std::size_t i = places.size(); i-- > 0;) {
      INFO(tier << ", place " << i << " of " << places.size());
      REQUIRE(place(backward()) == places[i]);
      if (i % 3 != 0 || i + 1 == places.size()) continue;
      CHECK(place(forward()) == places[i + 1]);
      CHECK(place(backward()) == places[i]);
    }
    CHECK(backward().edge == Timeline::Edge::beginning);

    // The end of a call is not missed for a breakpoint on its instruction.
    execution.catch_calls(std::nullopt);
    CHECK(forward().event.kind == EventKind::exited);
    execution.catch_calls(std::vector<u64>{write_call});
    const auto written = std::ranges::find(places, Place{u64(EventKind::call), write_call, 0}, [](const Place& one) { return Place{one[0], one[1], 0}; });
    REQUIRE(written != places.end());
    timeline.begin_seek((*written)[2]);
    while (!timeline.backward(forever)) {}
    points.insert(pc(execution));
    timeline.stops_changed(pc(execution));
    timeline.begin_seek((*written)[2] + 3);
    while (!timeline.backward(forever)) {}
    CHECK(place(backward()) == written[1]);
    CHECK(place(backward()) == written[0]);
  }
}

TEST_CASE("stop points are reported before their instruction, once a time") {
  for (const char* tier : {"interp", "baseline"}) {
    const Folder folder;
    Session session(tier, {"hello"});
    ProcessExecution& execution = *session.execution;
    run_to(execution, 1000);
    const u64 at = pc(execution);
    REQUIRE(restart(execution));
    StopPoints points;
    points.insert(at);
    execution.tier().stop_at(&points);
    execution.tier().code_changed({at, 2});
    u64 last = ~u64{0};
    for (int i = 0; i < 5; ++i) {
      const Event event = next_event(execution);
      if (event.kind == EventKind::exited) break;
      REQUIRE(event.kind == EventKind::stop_point);
      REQUIRE(pc(execution) == at);
      REQUIRE(execution.time() != last);
      last = execution.time();
    }
    CHECK(last != ~u64{0});
    execution.tier().stop_at(nullptr);
    execution.tier().code_changed({at, 2});
    CHECK(next_event(execution).kind == EventKind::exited);
  }
}

TEST_CASE("a reported signal becomes what was chosen, and again when it is repeated") {
  for (const char* tier : {"interp", "baseline"}) {
    const Folder folder;
    Session session(tier, {"signals", "jump"});
    ProcessExecution& execution = *session.execution;
    const u64 begin = execution.save();
    Event event = next_event(execution);
    REQUIRE(event.kind == EventKind::signal);
    CHECK(event.signal == SIGSEGV);
    u64 address = 1;
    std::memcpy(&address, event.information.data() + 16, 8);
    CHECK(address == 0);
    // Dropped, it comes again: the instruction is what it was.
    const u64 time = execution.time(), at = pc(execution);
    execution.choose_signal(0);
    CHECK(execution.step().kind == EventKind::time);
    CHECK(execution.time() == time + 1);
    event = execution.step();
    CHECK(event.kind == EventKind::signal);
    CHECK(execution.time() == time + 1);
    CHECK(pc(execution) == at);
    // As it came, it reaches its handler.
    execution.step();
    CHECK(execution.time() == time + 2);
    CHECK(x(execution, 10) == SIGSEGV);
    // Another one ends the program.
    REQUIRE(next_event(execution).kind == EventKind::signal);
    execution.choose_signal(SIGUSR2);
    const Event end = next_event(execution);
    CHECK(end.kind == EventKind::killed);
    CHECK(end.signal == SIGUSR2);
    const u64 last = execution.time();

    REQUIRE(execution.restore(begin));
    execution.pass_signals(all_signals);
    CHECK(next_event(execution) == end);
    CHECK(execution.time() == last);

    // From a time before it another choice can be made.
    REQUIRE(execution.restore(begin));
    run_to(execution, last - 1);
    execution.forget_future();
    CHECK(execution.recorded_until() == execution.time());
    event = next_event(execution);
    CHECK(event.kind == EventKind::exited);
    CHECK(execution.take_notice().empty());
  }
}

TEST_CASE("a fault whose reason a debugger took away comes again where it came, and so does what was chosen") {
  for (const char* tier : {"interp", "baseline"})
    for (const bool drop : {true, false}) {
      const Folder folder;
      Session session(tier, {"signals", "jump"});
      ProcessExecution& execution = *session.execution;
      const u64 begin = execution.save();
      REQUIRE(next_event(execution).kind == EventKind::signal);
      const u64 time = execution.time();
      // It reads through a register that is zero; any will do.
      auto change = [&] {
        for (std::size_t number = 10; number < 16; ++number)
          if (x(execution, number) == 0) execution.tier().hart().state.words[riscv64::x_word + number] = x(execution, 2);
      };
      change();
      if (drop) execution.choose_signal(0);
      CHECK(execution.step().kind == EventKind::time);
      CHECK(execution.time() == time + 1);
      const Event next = next_event(execution);
      const u64 later = execution.time(), print = fingerprint(execution);
      REQUIRE(execution.restore(begin));
      execution.pass_signals(all_signals);
      run_to(execution, time);
      change();
      execution.pass_signals(0);
      Event event = next_event(execution);
      CHECK(event.signal == SIGSEGV);
      CHECK(execution.time() == time);
      event = next_event(execution);
      CHECK(event == next);
      CHECK(execution.time() == later);
      CHECK(fingerprint(execution) == print);
      CHECK(execution.take_notice().empty());
    }
}

TEST_CASE("a debugger may send a signal, which comes again at its time") {
  for (const char* tier : {"interp", "baseline"}) {
    const Folder folder;
    Session session(tier, {"signals", "wait"});
    ProcessExecution& execution = *session.execution;
    execution.catch_calls(std::vector<u64>{write_call});
    const u64 begin = execution.save();
    REQUIRE(next_event(execution).kind == EventKind::call);
    REQUIRE(next_event(execution).kind == EventKind::call_done);
    execution.choose_signal(SIGINT);
    const u64 time = execution.time();
    CHECK(execution.step().kind == EventKind::time);
    CHECK(execution.time() == time + 1);
    CHECK(x(execution, 10) == SIGINT);
    REQUIRE(next_event(execution).kind == EventKind::call);
    const u64 later = execution.time(), print = fingerprint(execution);
    REQUIRE(execution.restore(begin));
    run_to(execution, later);
    CHECK(fingerprint(execution) == print);
    execution.choose_signal(SIGTERM);
    CHECK(next_event(execution).signal == SIGTERM);
  }
}

TEST_CASE("a guest that waits is to be had at once, and waits on as if nothing had been") {
  for (const char* tier : {"interp", "baseline"}) {
    const Folder folder;
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    const HostFile interrupt(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), reading(ends[0]);
    HostFile writing(ends[1]);
    Session session(tier, {"hello"}, interrupt.number(), reading.number());
    ProcessExecution& execution = *session.execution;
    execution.catch_calls(std::vector<u64>{read_call});
    REQUIRE(next_event(execution).kind == EventKind::call);
    const u64 time = execution.time(), at = pc(execution), first = execution.save();
    for (int i = 0; i < 3; ++i) {
      eventfd_write(interrupt.number(), 1);
      const Event event = i == 1 ? execution.step() : execution.advance(forever);
      CHECK(event.kind == EventKind::time);
      CHECK(execution.time() == time);
      CHECK(pc(execution) == at);
      CHECK(x(execution, 17) == read_call);
      eventfd_t value = 0;
      eventfd_read(interrupt.number(), &value);
    }
    constexpr std::string_view line = "a line\n";
    REQUIRE(::write(writing.number(), line.data(), line.size()) == static_cast<ssize_t>(line.size()));
    writing = {};
    const Event done = next_event(execution);
    CHECK(done.kind == EventKind::call_done);
    CHECK(execution.time() == time + 1);
    CHECK(x(execution, 10) == line.size());
    const u64 print = fingerprint(execution);
    execution.catch_calls(std::nullopt);
    const Event end = next_event(execution);
    CHECK(end.kind == EventKind::exited);
    const std::string output = slurp("out");
    CHECK(output.find("a line") != std::string::npos);
    REQUIRE(execution.restore(first));
    run_to(execution, time + 1);
    CHECK(fingerprint(execution) == print);
    CHECK(next_event(execution) == end);
    CHECK(slurp("out") == output);
  }
}

TEST_CASE("a sleep that was looked at meanwhile ends when it would have ended") {
  const Folder folder;
  const HostFile interrupt(eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
  Session session("interp", {"chance", "100"}, interrupt.number());
  ProcessExecution& execution = *session.execution;
  execution.pass_signals(all_signals);
  // With the descriptor always ready each wait is left at once: only if the time that has gone by counts do the
  // sleeps of the guest, each shorter than a millisecond, ever end.
  Event event;
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  do event = execution.advance(forever);
  while (event.kind == EventKind::time && std::chrono::steady_clock::now() < limit);
  CHECK(event.kind == EventKind::exited);
}

TEST_CASE("from the beginning again a program gets what it is given then") {
  const Folder folder;
  Session session("baseline", {"hello", "7"});
  ProcessExecution& execution = *session.execution;
  CHECK(next_event(execution).status == 7);
  const u64 moment = execution.save();
  std::vector<std::string> other(execution.arguments().begin(), execution.arguments().end());
  other.back() = "9";
  execution.arguments(other);
  REQUIRE(restart(execution));
  CHECK(execution.time() == 0);
  CHECK(!execution.restore(moment));
  CHECK(next_event(execution).status == 9);
}

TEST_CASE("a program that is gone meanwhile is not begun again, and the one there is goes on") {
  const Folder folder;
  fs::copy_file(guests / "hello", "copy");
  Session session("baseline", {fs::absolute("copy"), "5"});
  ProcessExecution& execution = *session.execution;
  run_to(execution, 1000);
  fs::remove("copy");
  const Result<void> again = restart(execution);
  REQUIRE(!again);
  CHECK(again.error().message.find("copy") != std::string::npos);
  CHECK(execution.time() == 1000);
  CHECK(next_event(execution).status == 5);
}

TEST_CASE("a record that outgrows what it may take is cut with a sentence, and the program goes on") {
  const Folder folder;
  Session session("baseline", {"chance", "300"}, -1, -1, 256 << 10);
  ProcessExecution& execution = *session.execution;
  execution.pass_signals(all_signals);
  std::vector<std::pair<u64, u64>> moments{{execution.save(), execution.time()}};
  std::string notice;
  Event event;
  do {
    event = execution.advance(execution.time() + 100'000);
    moments.emplace_back(execution.save(), execution.time());
    notice += execution.take_notice();
    REQUIRE(execution.process().record()->size() <= 256 << 10);
  } while (event.kind == EventKind::time);
  REQUIRE(event.kind == EventKind::exited);
  CHECK(notice.find("cannot go back there") != std::string::npos);
  CHECK(notice.find("cannot go back there") == notice.rfind("cannot go back there"));
  REQUIRE(execution.recorded_from() > 0);
  const u64 end = execution.time();
  const Result<void> gone = execution.restore(moments.front().first);
  REQUIRE(!gone);
  CHECK(gone.error().message.find("not remembered") != std::string::npos);
  int kept = 0;
  while (!moments.empty() && execution.restore(moments.back().first)) {
    ++kept;
    REQUIRE(execution.time() == moments.back().second);
    run_to(execution, end);
    REQUIRE(execution.advance(forever) == event);
    moments.pop_back();
    for (int i = 0; i < 10 && !moments.empty(); ++i) moments.pop_back();
  }
  CHECK(kept > 0);
  // Earlier ones may be kept, too, if nothing came from outside meanwhile.
  if (!moments.empty()) CHECK(moments.back().second <= execution.recorded_from());
  CHECK(execution.take_notice().empty());
}

TEST_CASE("what changed is recorded, not what could have") {
  const Folder folder;
  std::ofstream("small") << "ten bytes\n";
  Session session("baseline", {"show", "small", "small", "small"});
  CHECK(next_event(*session.execution).kind == EventKind::exited);
  // It reads into a page each time.
  CHECK(session.execution->process().record()->place() < 3 * page_size);
}

TEST_CASE("memory changed by hand makes another future, which a run that goes astray is told of") {
  for (const char* tier : {"interp", "baseline"}) {
    const Folder folder;
    Session session(tier, {"hello", "7"});
    ProcessExecution& execution = *session.execution;
    execution.catch_calls(std::vector<u64>{write_call});
    const u64 begin = execution.save();
    // The first one writes what is constant.
    for (const EventKind kind : {EventKind::call, EventKind::call_done, EventKind::call}) REQUIRE(next_event(execution).kind == kind);
    const u64 buffer = x(execution, 11), time = execution.time();
    CHECK(next_event(execution).kind == EventKind::call_done);
    const std::size_t written = slurp("out").size();
    // As it should be done.
    REQUIRE(execution.restore(begin));
    run_to(execution, time);
    REQUIRE(execution.process().memory.write(buffer, u8{'J'}));
    execution.forget_future();
    CHECK(execution.advance(time + 1).kind == EventKind::call);
    CHECK(execution.advance(time + 1).kind == EventKind::call_done);
    CHECK(slurp("out").substr(written, 1) == "J");
    // And by one who forgets to say so: the number of a call is another.
    REQUIRE(execution.restore(begin));
    while (execution.time() < time) execution.advance(time);
    execution.tier().hart().state.words[riscv64::x_word + 17] = 172;
    execution.step();
    CHECK(execution.take_notice().find("did not do again") != std::string::npos);
    CHECK(execution.recorded_until() == execution.time());
  }
}

TEST_CASE("without a record a process goes on live from where it is put back to") {
  const Folder folder;
  Session session("baseline", {"hello", "7"}, -1, -1, 256 << 20, false);
  ProcessExecution& execution = *session.execution;
  run_to(execution, 500);
  const u64 print = fingerprint(execution), moment = execution.save();
  CHECK(next_event(execution).status == 7);
  const std::string output = slurp("out");
  REQUIRE(execution.restore(moment));
  CHECK(execution.time() == 500);
  CHECK(fingerprint(execution) == print);
  CHECK(execution.recorded_until() == 500);
  CHECK(next_event(execution).status == 7);
  CHECK(slurp("out") == output + output);
}

TEST_CASE("signals from outside come again, at the instruction at which they came") {
  for (const char* tier : {"interp", "baseline"}) {
    const Folder folder;
    Session session(tier, {"chance", "60"});
    ProcessExecution& execution = *session.execution;
    execution.pass_signals(all_signals & ~signal_bit(SIGUSR1));
    const u64 begin = execution.save();
    std::vector<std::pair<u64, Event>> came, again;
    Event event;
    for (int i = 0; event.kind != EventKind::exited; ++i) {
      REQUIRE(event.kind != EventKind::killed);
      if (i % 3 == 0 && execution.process().signals.actions[SIGUSR1].handler != 0) ::kill(getpid(), SIGUSR1);
      event = execution.advance(execution.time() + 50'000);
      if (event.kind != EventKind::time) came.emplace_back(execution.time(), event);
    }
    CHECK(came.size() > 3);
    REQUIRE(execution.restore(begin));
    do {
      event = execution.advance(forever);
      if (event.kind != EventKind::time) again.emplace_back(execution.time(), event);
    } while (event.kind != EventKind::exited);
    CHECK(came == again);
  }
}

TEST_CASE("a process tells what is mapped where, and what it began with") {
  const Folder folder;
  std::ofstream("mapped.bin") << std::string(6000, 'm');
  Session session("baseline", {"chance", "80"});
  ProcessExecution& execution = *session.execution;
  execution.pass_signals(all_signals);
  auto of = [&](std::string_view name) {
    std::vector<NamedMapping> found;
    for (const NamedMapping& mapping : execution.process().mappings())
      if (mapping.name == name) found.push_back(mapping);
    return found;
  };
  const std::string program = fs::canonical(guests / "chance").string();
  CHECK(execution.process().program == program);
  const u64 code = pc(execution);
  CHECK(std::ranges::any_of(of(program), [&](const NamedMapping& mapping) { return allows(mapping.access, Access::execute) && code - mapping.range.address < mapping.range.size && mapping.offset == 0; }));
  REQUIRE(of("[stack]").size() == 1);
  CHECK(x(execution, 2) - of("[stack]").front().range.address < of("[stack]").front().range.size);
  CHECK(of("[heap]").empty());

  // The auxiliary vector is a program's own: found on the stack behind arguments and environment.
  const std::vector<u8>& auxiliary = execution.process().auxiliary;
  REQUIRE(auxiliary.size() % 16 == 0);
  REQUIRE(auxiliary.size() >= 32);
  CHECK(std::ranges::all_of(std::span(auxiliary).last(16), [](u8 byte) { return byte == 0; }));
  const u64 at = x(execution, 2) + 8 * (1 + 2 + 1 + 1 + 1);
  CHECK(std::memcmp(execution.process().memory.reach(at, auxiliary.size(), Access::read), auxiliary.data(), auxiliary.size()) == 0);

  const u64 begin = execution.save();
  std::map<u64, std::vector<NamedMapping>> seen;
  for (Event event; event.kind != EventKind::exited; event = execution.advance(execution.time() + 200'000)) seen[execution.time()] = execution.process().mappings();
  CHECK(!of("[heap]").empty());
  REQUIRE(execution.restore(begin));
  auto same = [](const NamedMapping& a, const NamedMapping& b) { return a.range.address == b.range.address && a.range.size == b.range.size && a.access == b.access && a.name == b.name && a.offset == b.offset; };
  bool files = false;
  for (const auto& [time, mappings] : seen) {
    run_to(execution, time);
    CHECK(std::ranges::equal(execution.process().mappings(), mappings, same));
    files |= std::ranges::any_of(mappings, [](const NamedMapping& mapping) { return mapping.name.find("/chance.") != std::string::npos; });
  }
  CHECK(files);
}

// What a process halts for: each thing once, again when it is repeated, and at the same time.
#include "engine/debug/timeline.hpp"
#include "tests/engine/linux/process_session.hpp"

#include <sys/eventfd.h>

#include <chrono>
#include <csignal>

using namespace diptych;
using namespace diptych::linux_guest;
using namespace diptych::linux_test;

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

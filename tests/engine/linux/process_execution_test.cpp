// A process repeats what it did to the last bit: at every moment the registers, memory and signals are what they were,
// and nothing is done to the host a second time.
#include "engine/debug/timeline.hpp"
#include "tests/engine/linux/process_session.hpp"

#include <csignal>
#include <map>
#include <random>

using namespace diptych;
using namespace diptych::linux_guest;
using namespace diptych::linux_test;

namespace {

using Random = std::mt19937_64;

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
